"""Where data comes from and whose it is: digests of rows and images, who was learned, receipts of what was drawn."""
