"""What watches the queue and never steers it: metrics and observers."""
