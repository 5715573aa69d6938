// Every setting of the kernel, once: validation, `config explain` and the reference page all come from this text.
#include "config/schema.hpp"

namespace parley::config {

// Sections group settings and hand down scope and reload. A setting has the words of JSON Schema (type, minimum,
// maximum, enum, minLength, maxLength, maxItems, items) and ours:
//   description  what it decides, in a sentence or two
//   scope        the lowest level that may set it: server, tenant or model
//   reload       live or restart: whether a running server can take a new value
//   secret       true: may be a reference ({secret: {file: path}}), and its value is never shown
//   levels       each: may stand at every level, in parley.yaml at its top; each has its own, and none inherits it
//   inherit      false: belongs to one tenant or model alone, so it cannot stand under tenant_defaults
//   check        a rule of ours by name, in checks.cpp
// The properties of a list's objects may have secret and check, too.
std::string_view settings_text() {
    return R"yaml(
server:
  description: Where the server listens and what it calls its own.
  scope: server
  reload: restart
  properties:
    address:
      {type: string, maxLength: 64, check: address, default: 127.0.0.1,
       description: "The IPv4 or IPv6 address to listen on; `0.0.0.0` or `::` for all of the machine's."}
    port:
      {type: integer, minimum: 0, maximum: 65535, default: 8080,
       description: "The TCP port to listen on; 0 takes any free one and says which in the log."}
    public_url:
      {type: string, maxLength: 2048, check: public_url, default: "",
       description: "The address people reach the server under, such as `https://chat.example.org`; needed for links behind a proxy. Empty: what each client asked for."}
    threads:
      {type: integer, minimum: 0, maximum: 1024, default: 0,
       description: "How many threads serve connections; 0 means one for each core."}
    node:
      {type: integer, minimum: 0, maximum: 1022, default: 0,
       description: "This server's number; every server on the same database needs a different one, because ids contain it."}
    data_directory:
      {type: string, minLength: 1, maxLength: 1024, default: ./var,
       description: "The folder for the SQLite database and other files the server writes; a relative path starts at the folder of `parley.yaml`."}
    trusted_proxies:
      {type: array, maxItems: 256, items: {type: string, maxLength: 64}, check: network, default: [],
       description: "Addresses or networks, such as `10.0.0.0/8`, whose word about the client is believed (`forwarded_header`, `X-Forwarded-Proto`, `tenant_header`); from all others it is ignored."}
    forwarded_header:
      {type: string, enum: [x-forwarded-for, forwarded], default: x-forwarded-for,
       description: "Where trusted proxies say whom they speak for: `X-Forwarded-For` and `X-Forwarded-Proto`, or `Forwarded` (RFC 7239). The other one is never read, because a proxy that does not write it passes on what a client made up."}
    tenant_header:
      {type: string, maxLength: 64, check: header_name, default: "",
       description: "A header in which a trusted proxy names the tenant, such as `X-Parley-Tenant`, instead of the host name. The proxy must set or remove it on every request. Empty: none."}
    limits:
      {type: boolean, default: true,
       description: "Whether anybody is limited in how often they ask or how many connections they open; without it the other limits of rate and connections have no effect. For measuring; leave it on in the open."}
    address_per_minute:
      {type: integer, minimum: 0, maximum: 100000000, default: 12000,
       description: "How many requests and commands a minute one address may send, whoever does; IPv6 is counted by its first 64 bits. 0: without limit."}
    address_burst:
      {type: integer, minimum: 1, maximum: 10000000, default: 3000,
       description: "How many of them may come at once."}
    max_connections:
      {type: integer, minimum: 0, maximum: 10000000, default: 50000,
       description: "How many connections may be open at the same time, HTTP and WebSocket together; more are answered 503. 0: without limit."}
    max_connections_per_address:
      {type: integer, minimum: 0, maximum: 10000000, default: 5000,
       description: "How many of them may come from one address; more are answered 429. Trusted proxies are not counted. 0: without limit."}
    operator_token:
      {type: string, maxLength: 4096, check: operator_token, secret: true, default: "", reload: live,
       description: "The token with which an operator has the server load its configuration again over HTTP, 32 or more visible ASCII characters. Empty: nobody may, and the address is not there. May be a secret."}
    drain_timeout_seconds:
      {type: integer, minimum: 0, maximum: 600, default: 10,
       description: "How long a stopping server lets requests finish and clients leave before it closes what is still open."}
    tls:
      description: HTTPS in the server itself. Without a certificate it speaks plain HTTP, for a proxy in front of it or for trying out.
      properties:
        certificate:
          {type: string, maxLength: 1024, check: line, default: "", reload: live,
           description: "A file with the server's certificate in PEM and behind it those that lead to a root (`fullchain.pem`); a relative path starts at the folder of `parley.yaml`. Each reload reads it again. Empty: no TLS."}
        key:
          {type: string, maxLength: 1024, check: line, default: "", reload: live,
           description: "A file with the certificate's private key in PEM, without a password, readable by the server's account alone."}
        minimum_version:
          {type: string, enum: ["1.2", "1.3"], default: "1.2", reload: live,
           description: "The oldest version of TLS that is spoken."}
        redirect_port:
          {type: integer, minimum: 0, maximum: 65535, default: 0,
           description: "A second port, such as 80, on which plain HTTP is answered with a redirect to HTTPS. 0: none."}

database:
  description: Where conversations are kept.
  scope: server
  reload: restart
  properties:
    url:
      {type: string, minLength: 1, maxLength: 4096, check: database_url, secret: true, default: "sqlite:parley.db",
       description: "`sqlite:` and a path, which starts at the data directory when relative, or `postgresql://user@host:port/database`. A URL with a password must come by reference or from the environment."}
    readers:
      {type: integer, minimum: 1, maximum: 256, default: 4,
       description: "How many connections read beside the one that writes."}
    batch_limit:
      {type: integer, minimum: 1, maximum: 10000, default: 512,
       description: "How many waiting changes at most are committed in one transaction."}
    sqlite_synchronous:
      {type: string, enum: [full, extra, normal], default: full,
       description: "How hard SQLite makes sure of a commit. With `full` and `extra` what was acknowledged survives a power cut (`extra` also syncs the folder); with `normal` it survives a crash of the server, but a power cut may take the last acknowledged messages."}

bus:
  description: How servers on the same PostgreSQL database tell each other at once what happened. Without it they still see each other's messages, half a second later, but neither typing nor presence.
  scope: server
  reload: restart
  properties:
    url:
      {type: string, maxLength: 4096, check: bus_url, secret: true, default: "",
       description: "`nats://host:4222`, or `tls://host:4222`; several servers of one NATS cluster with commas between. A user and a password may stand before the host, and the whole may be a secret. Empty: no bus, as one server alone needs none."}
    key:
      {type: string, maxLength: 4096, check: bus_key, secret: true, default: "",
       description: "With this servers sign what they say on the bus; 32 bytes or more, the same at all of them and at nobody else. May be a secret."}
    prefix:
      {type: string, minLength: 1, maxLength: 63, check: name, default: parley,
       description: "How the subjects on the bus begin; another one for each installation that uses the same NATS."}
    credentials:
      {type: string, maxLength: 1024, check: line, default: "",
       description: "A file with the JWT and the seed of a NATS user; a relative path starts at the folder of `parley.yaml`. Empty: none."}
    authorities:
      {type: string, maxLength: 1024, check: line, default: "",
       description: "A file with the certificates, in PEM, of those who may vouch for the NATS servers. Empty: those that the machine believes."}
    certificate:
      {type: string, maxLength: 1024, check: line, default: "",
       description: "A file with the certificate that this server shows to NATS, in PEM. Empty: none."}
    certificate_key:
      {type: string, maxLength: 1024, check: line, default: "",
       description: "A file with its private key."}

log:
  description: What the server says about itself.
  scope: server
  reload: restart
  properties:
    level:
      {type: string, enum: [trace, debug, info, warning, error], default: info, reload: live,
       description: "The least important kind of line that is written."}
    format:
      {type: string, enum: [json, text], default: json, reload: live,
       description: "`json` for programs, one object a line, or `text` for people."}
    file:
      {type: string, minLength: 1, maxLength: 1024, default: stderr,
       description: "`stderr`, or a file to append to; a relative path starts at the data directory."}

websocket:
  description: Connections that stay open.
  scope: server
  reload: restart
  properties:
    idle_timeout_seconds:
      {type: integer, minimum: 20, maximum: 30, default: 25,
       description: "A connection on which nothing arrived for so long, not even the answer to a ping, is closed."}
    max_frame_bytes:
      {type: integer, minimum: 1024, maximum: 16777216, default: 65536,
       description: "The longest message a client may send over the WebSocket; what is longer can go over HTTP."}
    send_queue_bytes:
      {type: integer, minimum: 1048576, maximum: 1073741824, default: 4194304,
       description: "How much may wait for one slow client before it is disconnected; it loses nothing, because it resumes from the log."}
    compression:
      {type: boolean, default: true,
       description: "Whether permessage-deflate is offered to clients that ask for it."}
    max_per_user:
      {type: integer, minimum: 0, maximum: 1000000, default: 50,
       description: "How many WebSockets one user may have open at the same time. 0: without limit."}
    max_per_address:
      {type: integer, minimum: 0, maximum: 1000000, default: 2000,
       description: "How many WebSockets one client address may have open at the same time, also behind a trusted proxy. 0: without limit."}

http:
  description: Limits of requests.
  scope: server
  reload: restart
  properties:
    max_body_bytes:
      {type: integer, minimum: 1024, maximum: 67108864, default: 1048576,
       description: "The longest request body."}
    max_header_bytes:
      {type: integer, minimum: 1024, maximum: 1048576, default: 16384,
       description: "The longest request line and headers together."}
    json_depth:
      {type: integer, minimum: 4, maximum: 256, default: 32,
       description: "How deep objects and lists may be nested in a request's JSON."}
    request_timeout_seconds:
      {type: integer, minimum: 1, maximum: 600, default: 30,
       description: "How long a request may take to arrive and to be answered."}

plugins:
  description: Which plugins there are and which of them are on.
  scope: server
  reload: restart
  properties:
    folders:
      {type: array, maxItems: 16, items: {type: string, minLength: 1, maxLength: 1024}, default: [/usr/lib/parley/plugins],
       description: "Folders in which plugins lie, one file each; a relative path starts at the folder of `parley.yaml`. Nobody but root and the server's account may be able to write there."}
    load:
      {type: array, maxItems: 64, items: {type: string, minLength: 2, maxLength: 32}, default: [],
       description: "Plugins to load, by their ids, in the order in which they judge messages unless they say otherwise. One that cannot be loaded keeps the server from starting."}
    enable:
      {type: array, maxItems: 64, items: {type: string, minLength: 2, maxLength: 32}, default: [], scope: model, levels: each, reload: live,
       description: "Loaded plugins that are switched on here, by their ids, beside those that are on above: a tenant adds to the server's, a model to its tenant's."}
    disable:
      {type: array, maxItems: 64, items: {type: string, minLength: 2, maxLength: 32}, default: [], scope: model, levels: each, reload: live,
       description: "Plugins that are switched off here, though they are on above. A level below may switch them on again."}
    forms:
      {type: boolean, default: true, reload: live,
       description: "Whether tenants' administrators may switch plugins and change their settings in the web client. What they set is written into files of the server's own, below `forms/` beside `parley.yaml`."}
    keep:
      {type: array, maxItems: 256, items: {type: string, minLength: 2, maxLength: 128}, default: [], reload: live,
       description: "What administrators may not set there: plugins by their ids (all settings of theirs, and whether they are on), or single settings such as `attachments.max_file_size`."}

display_name:
  {type: string, maxLength: 200, default: "", scope: model, reload: live, inherit: false,
   description: "What people read as the name of this tenant or model. Empty: the name of its file."}

description:
  {type: string, maxLength: 2000, default: "", scope: model, reload: live, inherit: false,
   description: "A few words about this tenant or model for those who administer it."}

hosts:
  {type: array, maxItems: 256, items: {type: string, maxLength: 255}, check: host, default: [],
   scope: tenant, reload: live, inherit: false,
   description: "Host names, without port, that lead to this tenant; each belongs to one tenant only."}

enabled:
  {type: boolean, default: true, scope: tenant, reload: live, inherit: false,
   description: "Whether this tenant is open. While it is not, every request is refused and no connection stays; nothing is deleted."}

allowed_origins:
  {type: array, maxItems: 256, items: {type: string, minLength: 1, maxLength: 300}, check: origin, default: [],
   scope: tenant, reload: live, inherit: false,
   description: "Sites, such as `https://www.example.org`, whose pages may use this tenant's API and WebSocket from a browser, besides its own hosts."}

content:
  description: A host name of its own for what people upload, so that nothing of it is ever shown as part of this server's pages.
  scope: tenant
  reload: live
  properties:
    host:
      {type: string, maxLength: 255, check: content_host, default: "",
       description: "The host name, without port, that browsers are sent to for files; it must lead to this server and be among no tenant's `hosts`. Several tenants may have the same. Empty: files come from the tenant's own hosts."}
    secret:
      {type: string, maxLength: 4096, check: vouch_secret, secret: true, default: "",
       description: "The key that signs leave to fetch a file there, at least 32 bytes; the same on every server of one database. Needed where `content.host` is set."}
    grant_seconds:
      {type: integer, minimum: 2, maximum: 600, default: 240,
       description: "How long such leave is good at most. Whether its holder may have the file is asked again each time."}

issuers:
  {type: array, maxItems: 16, check: issuer, default: [], scope: tenant, reload: live, inherit: false,
   items: {
     type: object, required: [issuer, audience, algorithms],
     properties: {
       issuer: {type: string, minLength: 1, maxLength: 256, check: line},
       audience: {type: string, minLength: 1, maxLength: 256, check: line},
       algorithms: {type: array, minItems: 1, maxItems: 4, items: {type: string, enum: [HS256, RS256, ES256, EdDSA]}},
       jwks_url: {type: string, minLength: 1, maxLength: 2048, check: line},
       keys: {type: array, minItems: 1, maxItems: 16, secret: true, items: {type: string, minLength: 1, maxLength: 65536}},
       username_claim: {type: string, maxLength: 100, check: line},
       name_claim: {type: string, maxLength: 100, check: line},
       role: {type: string, enum: [guest, member]},
       create_users: {type: boolean},
       allow_private: {type: boolean}}},
   description: "Outside issuers whose tokens (JWT) sign people in. Each has `issuer` and `audience`, which a token names exactly; `algorithms`, of `HS256`, `RS256`, `ES256` and `EdDSA`; and either `jwks_url`, where it publishes its keys, or `keys`, a list of keys as JWK or PEM, each a text or a secret. It may have `username_claim` (`preferred_username`) and `name_claim` (`name`), the claims with the name of a new account and with what others read; `role` (`guest` or `member`; `guest`) of new accounts; `create_users` (`true`), whether new accounts are made; and `allow_private` (`false`), whether `jwks_url` may lead to a private address or begin with `http://`."}

sign_in_providers:
  {type: array, maxItems: 16, check: sign_in_provider, default: [], scope: tenant, reload: live, inherit: false,
   items: {
     type: object, required: [name, issuer, client_id],
     properties: {
       name: {type: string, minLength: 1, maxLength: 63, check: name},
       title: {type: string, maxLength: 200, check: line},
       issuer: {type: string, minLength: 1, maxLength: 256, check: line},
       client_id: {type: string, minLength: 1, maxLength: 256, check: line},
       client_secret: {type: string, minLength: 1, maxLength: 1024, secret: true, check: line},
       scopes: {type: string, minLength: 1, maxLength: 500, check: line},
       username_claim: {type: string, maxLength: 100, check: line},
       name_claim: {type: string, maxLength: 100, check: line},
       role: {type: string, enum: [guest, member]},
       create_users: {type: boolean},
       allow_private: {type: boolean},
       session_hours: {type: integer, minimum: 1, maximum: 8760}}},
   description: "OpenID providers at which people sign in with their browser. Each has `name`, which stands in addresses; `issuer`, the provider's address exactly as it writes it; `client_id`; and `client_secret`, a secret, unless it is a public client. It may have `title`, what people read; `scopes` (`openid profile`); `username_claim` (`preferred_username`) and `name_claim` (`name`), the claims with the name of a new account and with what others read; `role` (`guest` or `member`; `guest`) of new accounts; `create_users` (`true`), whether new accounts are made; `session_hours` (24), how long a session lasts, `sessions.session_days` at most; and `allow_private` (`false`), whether the provider may be at a private address or begin with `http://`."}

messages:
  description: Limits of one message.
  scope: model
  reload: live
  properties:
    max_graphemes:
      {type: integer, minimum: 1, maximum: 100000, default: 8000,
       description: "The longest text of a message, in characters as people see them: an emoji counts once."}
    max_bytes:
      {type: integer, minimum: 256, maximum: 1048576, default: 65536,
       description: "The longest text of a message in bytes of UTF-8."}
    edit_window_seconds:
      {type: integer, minimum: -1, maximum: 315360000, default: 86400,
       description: "For how long after sending authors may edit; 0 means never, -1 without end."}

conversations:
  description: Limits of one conversation.
  scope: tenant
  reload: live
  properties:
    max_members:
      {type: integer, minimum: 2, maximum: 1000000, default: 10000,
       description: "How many members a conversation may have."}
    max_direct:
      {type: integer, minimum: 1, maximum: 1000000, default: 1000,
       description: "Who is in so many open direct conversations, of two or of several people, opens no further one."}
    name_graphemes:
      {type: integer, minimum: 1, maximum: 500, default: 80,
       description: "The longest name, in characters as people see them."}
    topic_graphemes:
      {type: integer, minimum: 0, maximum: 5000, default: 250,
       description: "The longest topic, in characters as people see them."}
    description_graphemes:
      {type: integer, minimum: 0, maximum: 20000, default: 2000,
       description: "The longest description, in characters as people see them."}

events:
  description: How far back the event log reaches. A client that was away for longer is told to take a fresh snapshot; messages themselves are not touched.
  scope: tenant
  reload: live
  properties:
    retention_days:
      {type: integer, minimum: 1, maximum: 3650, default: 30,
       description: "Events older than this are removed from the log."}
    retention_count:
      {type: integer, minimum: 10, maximum: 1000000000, default: 1000000,
       description: "How many of the newest events are kept at most."}

sessions:
  description: Who comes in how, and for how long.
  scope: tenant
  reload: live
  properties:
    access_minutes:
      {type: integer, minimum: 1, maximum: 10080, default: 60,
       description: "How long the access token of a sign-in is good before it has to be refreshed."}
    session_days:
      {type: integer, minimum: 1, maximum: 3650, default: 30,
       description: "A sign-in that was not refreshed for so long has ended."}
    token_days:
      {type: integer, minimum: 1, maximum: 3650, default: 90,
       description: "How long a personal or service token is good at most."}
    guests:
      {type: boolean, default: false,
       description: "Whether anybody may come in as a guest, without an account."}
    guest_hours:
      {type: integer, minimum: 1, maximum: 8760, default: 24,
       description: "How long a guest may stay; the guest's account ends by itself then."}
    vouch_secret:
      {type: string, maxLength: 4096, check: vouch_secret, secret: true, inherit: false, default: "",
       description: "The key with which a site of yours signs who its users are, at least 32 bytes. Empty: no site may."}
    require_totp:
      {type: boolean, default: false,
       description: "Whether signing in with a password takes a code from an app as a second factor; until somebody has set one up, that is all they can do."}

presence:
  description: Who is here and who is typing.
  scope: tenant
  reload: live
  properties:
    typing_seconds:
      {type: integer, minimum: 2, maximum: 60, default: 6,
       description: "A sign of typing that is not repeated for so long ends by itself."}
    away_after_seconds:
      {type: integer, minimum: 30, maximum: 86400, default: 600,
       description: "After so long without activity somebody who is online is shown as away."}

limits:
  description: How often one user may ask, by kind of request, and all of the tenant together; over HTTP and WebSocket alike. Who is not signed in is counted by address instead. A limit of 0 a minute is none.
  scope: tenant
  reload: live
  properties:
    reads_per_minute:
      {type: integer, minimum: 0, maximum: 100000000, default: 1200,
       description: "How many requests that only read, for each user, are taken in a minute."}
    reads_burst:
      {type: integer, minimum: 1, maximum: 10000000, default: 300,
       description: "How many of them may come at once."}
    writes_per_minute:
      {type: integer, minimum: 0, maximum: 100000000, default: 300,
       description: "How many changes other than messages, for each user, are taken in a minute."}
    writes_burst:
      {type: integer, minimum: 1, maximum: 10000000, default: 100,
       description: "How many of them may come at once."}
    messages_per_minute:
      {type: integer, minimum: 0, maximum: 100000000, default: 600,
       description: "How many messages sent, edited or deleted, for each user, are taken in a minute."}
    messages_burst:
      {type: integer, minimum: 1, maximum: 10000000, default: 120,
       description: "How many of them may come at once."}
    uploads_per_minute:
      {type: integer, minimum: 0, maximum: 100000000, default: 120,
       description: "How many files uploaded, for each user, are taken in a minute."}
    uploads_burst:
      {type: integer, minimum: 1, maximum: 10000000, default: 40,
       description: "How many of them may come at once."}
    sign_ins_per_minute:
      {type: integer, minimum: 0, maximum: 100000000, default: 30,
       description: "How many tries to sign in, for each address, are taken in a minute."}
    sign_ins_burst:
      {type: integer, minimum: 1, maximum: 10000000, default: 20,
       description: "How many of them may come at once."}
    live_per_minute:
      {type: integer, minimum: 0, maximum: 100000000, default: 600,
       description: "How many signs of typing, presence and reading, for each user, are taken in a minute."}
    live_burst:
      {type: integer, minimum: 1, maximum: 10000000, default: 200,
       description: "How many of them may come at once."}
    tenant_per_minute:
      {type: integer, minimum: 0, maximum: 100000000, default: 120000,
       description: "How many requests of any kind, for all of the tenant together, are taken in a minute."}
    tenant_burst:
      {type: integer, minimum: 1, maximum: 10000000, default: 20000,
       description: "How many of them may come at once."}
)yaml";
}

}  // namespace parley::config
