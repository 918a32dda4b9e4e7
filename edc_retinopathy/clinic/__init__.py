"""What a clinic is shown: today at a site, one exam, what is wrong with it and what to do."""
