"""Swift's updaters, which bring late updates into listings and accounts, in one process.

The daemons of the packages fork a child for each partition at every sweep, and each child spends more than a second of processor time on
patching itself before it looks whether anything is to be done: on two cores that is half of what there is.

    swift-updaters.py FOLDER SECONDS    FOLDER holds object-server.conf and container-server.conf; a sweep every so many seconds
"""
import os
import sys
import time
import traceback

from eventlet import Timeout
from eventlet.hubs import use_hub
from swift.common import utils
from swift.container.updater import ContainerUpdater
from swift.obj.updater import ObjectUpdater

folder, interval = sys.argv[1], float(sys.argv[2])
use_hub(utils.get_hub())
utils.eventlet_monkey_patch()
os.environ["TZ"] = "UTC+0"
time.tzset()
updaters = [
    ObjectUpdater(utils.readconf(f"{folder}/object-server.conf", "object-updater")),
    ContainerUpdater(utils.readconf(f"{folder}/container-server.conf", "container-updater")),
]
while True:
    for updater in updaters:
        try:
            updater.run_once()
        except (Exception, Timeout):  # The next sweep may do better; without one listings would stay late for ever.
            traceback.print_exc()
    time.sleep(interval)
