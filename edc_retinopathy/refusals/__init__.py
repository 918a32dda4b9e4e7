"""What was refused to cameras: recorded, closed by a success, answered by people."""
