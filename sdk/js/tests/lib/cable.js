// A cable between client and server that can be cut, and that can lose what goes one way.
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
