"""How safe: does synthetic data say more about its training rows than about other rows of the same law?"""
