# OpenStack Swift with its S3 interface: its four servers in one process, objects in memory, each on a port that the
# system chose. Writes "listens on <port>" when requests may come. Usage: swift_server.py <folder> <access key> <secret>
import os
import socket
import sys

from swift.common.utils import eventlet_monkey_patch, set_swift_dir

eventlet_monkey_patch()

import eventlet
from eventlet import wsgi
from swift.common.http_protocol import SwiftHttpProtocol
from swift.common.ring import RingBuilder
from swift.common.wsgi import loadapp

folder, access_key, secret = sys.argv[1:]

# A busy machine is no broken one: nothing here may give up early, or listings would lack what was stored.
patience = 60
common = f'''[DEFAULT]
swift_dir = {folder}
devices = {folder}
mount_check = false
fallocate_reserve = 0
log_address = {folder}/none
conn_timeout = {patience}
node_timeout = {patience}
recoverable_node_timeout = {patience}
container_update_timeout = {patience}
'''

swift_conf = '''[swift-hash]
swift_hash_path_suffix = a
swift_hash_path_prefix = b
[storage-policy:0]
name = zero
default = yes
'''

storage = {'account': 'account', 'container': 'container', 'object': 'mem_object'}

# There must be a memcached, and it need not answer: nobody listens on this one.
absent = socket.socket()
absent.bind(('127.0.0.1', 0))

filters = {
    'catch_errors': '',
    'gatekeeper': '',
    'cache': f'memcache_servers = 127.0.0.1:{absent.getsockname()[1]}\n',
    'listing_formats': '',
    's3api': 'location = us-east-1\ns3_acl = false\nmin_segment_size = 5242880\n',
    'tempauth': f'user_{access_key.replace(":", "_")} = {secret} .admin\n',
    'slo': '',
    'dlo': '',
}


def write(name, text):
    path = os.path.join(folder, name)
    with open(path, 'w') as to:
        to.write(text)
    return path


def serve(listener, config):
    app = loadapp(config, {'log_name': os.path.basename(config)})
    # As Swift does: signatures are over the names of headers as they are.
    eventlet.spawn(wsgi.server, listener, app, open(os.devnull, 'w'), protocol=SwiftHttpProtocol,
                   capitalize_response_headers=False)


write('swift.conf', swift_conf)
set_swift_dir(folder)
os.makedirs(os.path.join(folder, 'd1'))

listeners = {name: eventlet.listen(('127.0.0.1', 0), backlog=1024) for name in [*storage, 'proxy']}
for name, app in storage.items():
    ring = RingBuilder(2, 1, 0)
    ring.add_dev({'region': 1, 'zone': 1, 'ip': '127.0.0.1', 'port': listeners[name].getsockname()[1], 'device': 'd1',
                  'weight': 1})
    ring.rebalance()
    ring.get_ring().save(os.path.join(folder, f'{name}.ring.gz'))
for name, app in storage.items():
    serve(listeners[name], write(f'{name}.conf', f'{common}[pipeline:main]\npipeline = {name}-server\n'
                                 f'[app:{name}-server]\nuse = egg:swift#{app}\n'))
sections = ''.join(f'[filter:{name}]\nuse = egg:swift#{"memcache" if name == "cache" else name}\n{lines}'
                   for name, lines in filters.items())
serve(listeners['proxy'], write('proxy.conf', f'''{common}[pipeline:main]
pipeline = {' '.join(filters)} proxy-server
{sections}[app:proxy-server]
use = egg:swift#proxy
allow_account_management = true
account_autocreate = true
node_timeout = {patience}
recoverable_node_timeout = {patience}
conn_timeout = {patience}
client_timeout = {patience}
'''))
print('listens on', listeners['proxy'].getsockname()[1], flush=True)
while True:
    eventlet.sleep(3600)
