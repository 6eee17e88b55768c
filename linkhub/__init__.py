import gc

from linkhub.celery import app as celery_app

# A batch makes thousands of objects that live until it is written, and looking through them again
# and again for garbage took a third of its time.
gc.set_threshold(200_000, 20, 20)

__all__ = ["celery_app"]
