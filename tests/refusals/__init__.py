"""What was refused: recorded, closed by a success, answered."""
