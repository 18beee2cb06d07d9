print("tracr-inject")
