"""How alike: does synthetic data look like the training data?"""
