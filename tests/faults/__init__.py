"""What goes wrong while a file is received, and what must hold afterwards."""
