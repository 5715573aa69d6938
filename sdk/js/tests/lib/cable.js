// A cable between client and server that can be cut, and that can lose what goes one way.
import http from 'node:http';
import net from 'node:net';

export async function lay(port) {
    const cable = { ends: new Set(), loses: 'nothing', isDown: false, heard: 0 };
    const server = net.createServer((near) => {
        if (cable.isDown) return near.destroy();
        const far = net.connect({ host: '127.0.0.1', port: cable.to });
        const end = () => {
            near.destroy();
            far.destroy();
            cable.ends.delete(end);
        };
        cable.ends.add(end);
        for (const [from, to, way] of [[near, far, 'questions'], [far, near, 'answers']]) {
            from.on('data', (bytes) => {
                if (way === 'answers') ++cable.heard;
                if (cable.loses === way) return;
                to.write(bytes);
            });
            from.on('close', end);
            from.on('error', end);
        }
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    cable.to = port;
    cable.url = `http://127.0.0.1:${server.address().port}`;
    cable.cut = () => [...cable.ends].forEach((end) => end());
    cable.remove = () => {
        cable.cut();
        server.close();
    };
    return cable;
}

// As a proxy that knows nothing of WebSockets: it hands requests on one by one, and answers an upgrade itself.
export async function layWithoutUpgrade(port) {
    const proxy = { refuses: true, refused: 0, isDown: false };
    const sockets = new Set();
    const server = http.createServer((asked, answer) => {
        const onward = http.request({ host: '127.0.0.1', port: proxy.to, method: asked.method, path: asked.url, headers: asked.headers }, (got) => {
            answer.writeHead(got.statusCode, got.headers);
            got.pipe(answer);
        });
        onward.on('error', () => answer.destroy());
        answer.on('close', () => onward.destroy());
        asked.pipe(onward);
    });
    server.on('upgrade', (asked, near) => {
        near.on('error', () => {});
        if (proxy.refuses) {
            ++proxy.refused;
            return near.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
        }
        const onward = http.request({ host: '127.0.0.1', port: proxy.to, path: asked.url, headers: asked.headers, agent: false });
        onward.on('upgrade', (got, far, first) => {
            sockets.add(far);
            far.on('error', () => near.destroy());
            const head = Object.entries(got.headers).map(([name, value]) => `${name}: ${value}\r\n`);
            near.write(`HTTP/1.1 101 Switching Protocols\r\n${head.join('')}\r\n`);
            near.write(first);
            near.pipe(far).pipe(near);
        });
        onward.on('response', () => near.destroy());
        onward.on('error', () => near.destroy());
        onward.end();
    });
    server.on('connection', (socket) => {
        if (proxy.isDown) return socket.destroy();
        sockets.add(socket);
        socket.on('close', () => sockets.delete(socket));
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    proxy.to = port;
    proxy.url = `http://127.0.0.1:${server.address().port}`;
    proxy.cut = () => [...sockets].forEach((one) => one.destroy());
    proxy.remove = () => {
        proxy.cut();
        server.close();
    };
    return proxy;
}
