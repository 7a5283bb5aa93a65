"""The roles of a running shop: web, intake, schedule and broker, together or apart."""
