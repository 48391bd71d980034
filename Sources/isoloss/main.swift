print("isoloss")
