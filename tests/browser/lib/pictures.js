// Pictures that are made while a test runs.
import { deflateSync, crc32 } from 'node:zlib';

// A picture of so many pixels of one colour.
export function png(width, height, colour) {
    const chunk = (type, data) => {
        const body = Buffer.concat([Buffer.from(type), data]);
        const made = Buffer.alloc(body.length + 8);
        made.writeUInt32BE(data.length, 0);
        body.copy(made, 4);
        made.writeUInt32BE(sumOf(body), body.length + 4);
        return made;
    };
    const head = Buffer.alloc(13);
    head.writeUInt32BE(width, 0);
    head.writeUInt32BE(height, 4);
    head.set([8, 2, 0, 0, 0], 8);
    const line = Buffer.concat([Buffer.from([0]), Buffer.concat(Array.from({ length: width }, () => Buffer.from(colour)))]);
    const bytes = Buffer.concat(Array.from({ length: height }, () => line));
    return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk('IHDR', head), chunk('IDAT', deflateSync(bytes)), chunk('IEND', Buffer.alloc(0))]);
}
// zlib's is newer than the oldest Node that runs these tests.
function sumOf(bytes) {
    if (crc32) return crc32(bytes);
    let sum = ~0;
    for (const byte of bytes) {
        sum ^= byte;
        for (let i = 0; i < 8; ++i) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
    }
    return ~sum >>> 0;
}
