"""The pages: each view authorises, calls one method, and renders."""
