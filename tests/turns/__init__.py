"""Driving turns and following them."""
