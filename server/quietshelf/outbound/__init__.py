"""What goes out of the shop: an order's life up to its sending, its paper, its mail."""
