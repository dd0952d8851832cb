/** What the pages of the admin do beyond Django's own scripts. */

import "./zone.js";
import "./accounts/copy_field.js";
import "./review/main.js";
