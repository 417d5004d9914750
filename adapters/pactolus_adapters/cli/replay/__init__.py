"""`pactolus replay`: recorded decisions evaluated again."""
