"""A small, real clinicedc project around edc_retinopathy, to see it work and to test it in."""
