"""Is everything still there? What is recorded against what is stored, and what a crash left."""
