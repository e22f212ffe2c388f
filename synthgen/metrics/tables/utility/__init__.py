"""How useful: do models trained on synthetic data work on real data?"""
