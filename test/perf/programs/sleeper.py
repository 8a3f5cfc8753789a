import time


def handler(event, context):
    time.sleep(6)
    return "rested\n"
