"""Are the quantities of the shop those that they should be?"""
