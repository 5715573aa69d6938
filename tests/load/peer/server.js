// A durable chat server as one writes it in an afternoon: Socket.IO, rooms, one INSERT for each message before it is
// delivered and answered. usage: node server.js PORT ROOMS DATABASE
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import pg from "pg";
import { Server } from "socket.io";

const [port, roomsFile, database] = process.argv.slice(2);
// libpq's way to name a folder with a socket in a URL is not the driver's.
const host = new URLSearchParams(database.split("?")[1]).get("host");
const pool = new pg.Pool({ host, user: "parley", database: "parley", max: 16 });

await pool.query(
    "CREATE TABLE message (id BIGSERIAL PRIMARY KEY, room INTEGER NOT NULL, person INTEGER NOT NULL, text TEXT NOT NULL)",
);

const roomsOf = new Map();
readFileSync(roomsFile, "utf8")
    .trimEnd()
    .split("\n")
    .forEach((line, room) => {
        for (const person of line.trim().split(" ").filter(Boolean).map(Number))
            roomsOf.set(person, [...(roomsOf.get(person) ?? []), room]);
    });

const http = createServer();
const io = new Server(http, { transports: ["websocket"], serveClient: false });

io.on("connection", (socket) => {
    const { person } = socket.handshake.auth;
    for (const room of roomsOf.get(person) ?? []) socket.join(`room ${room}`);
    socket.on("message.send", async ({ conversation, text }, answer) => {
        const { rows } = await pool.query({
            name: "keep",
            text: "INSERT INTO message (room, person, text) VALUES ($1, $2, $3) RETURNING id",
            values: [conversation, person, text],
        });
        const id = rows[0].id;
        io.to(`room ${conversation}`).emit("message.created", { id, conversation, sender: person, text });
        answer({ id });
    });
});

http.listen(Number(port), "127.0.0.1");
