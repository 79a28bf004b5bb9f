"""What workers see: on a phone, over a slow network, with or without JavaScript."""
