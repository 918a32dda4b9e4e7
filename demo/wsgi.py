"""The WSGI application that gunicorn serves."""

from django.core.handlers.wsgi import WSGIHandler

from demo.startup import set_up

set_up()
application = WSGIHandler()
