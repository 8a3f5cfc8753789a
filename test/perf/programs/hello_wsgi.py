"""What people have today: one warm Python process shared by all calls. usage: hello_wsgi.py PORT plain|bottle"""

import logging
import sys

import waitress


def plain(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "12")])
    return [b"hello world\n"]


def bottle_app():
    import bottle

    app = bottle.Bottle()
    app.route("/", callback=lambda: "hello world\n")
    return app


# It would say for every second call that the queue is not empty.
logging.getLogger("waitress.queue").setLevel(logging.ERROR)
waitress.serve(plain if sys.argv[2] == "plain" else bottle_app(), listen=f"127.0.0.1:{sys.argv[1]}")
