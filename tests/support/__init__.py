"""What tests share: the people, sites, servers and fakes they are made of."""
