// Merged trees of values into the plain structs that the rest of the server uses.
#include "config/typed.hpp"

#include <stdexcept>
#include <string>
#include <string_view>

namespace parley::config {
namespace {

const node& value_at(const node& values, std::string_view path) {
    const node* found = values.find(path);
    if (found == nullptr) throw std::logic_error("no value for " + std::string(path));
    return *found;
}

const std::string& text(const node& values, std::string_view path) { return value_at(values, path).text; }

bool flag(const node& values, std::string_view path) { return value_at(values, path).flag; }

template <class Number>
void take(Number& into, const node& values, std::string_view path) {
    into = static_cast<Number>(value_at(values, path).integer);
}

std::vector<std::string> texts(const node& values, std::string_view path) {
    std::vector<std::string> made;
    for (const auto& item : value_at(values, path).items) made.push_back(item.text);
    return made;
}

sqlite_synchronous synchronous_named(std::string_view word) {
    if (word == "normal") return sqlite_synchronous::normal;
    if (word == "extra") return sqlite_synchronous::extra;
    return sqlite_synchronous::full;
}

std::filesystem::path absolute(const std::filesystem::path& from, const std::string& path) {
    return (from / path).lexically_normal();
}

rate rate_of(const node& values, std::string_view what) {
    rate made;
    take(made.per_minute, values, std::string(what) + "_per_minute");
    take(made.burst, values, std::string(what) + "_burst");
    return made;
}

std::filesystem::path optional_file(const std::filesystem::path& folder, const std::string& path) {
    return path.empty() ? std::filesystem::path() : absolute(folder, path);
}

tls_settings tls_of(const node& values, const std::filesystem::path& folder) {
    tls_settings made;
    made.certificate = optional_file(folder, text(values, "server.tls.certificate"));
    made.key = optional_file(folder, text(values, "server.tls.key"));
    if (text(values, "server.tls.minimum_version") == "1.3") made.minimum_version = tls_version::one_three;
    take(made.redirect_port, values, "server.tls.redirect_port");
    return made;
}

listener_settings listener_of(const node& values, const std::filesystem::path& folder) {
    listener_settings made;
    made.address = text(values, "server.address");
    take(made.port, values, "server.port");
    made.public_url = text(values, "server.public_url");
    take(made.threads, values, "server.threads");
    take(made.node, values, "server.node");
    made.data_directory = absolute(folder, text(values, "server.data_directory"));
    made.trusted_proxies = texts(values, "server.trusted_proxies");
    made.forwarded_rfc7239 = text(values, "server.forwarded_header") == "forwarded";
    made.tenant_header = text(values, "server.tenant_header");
    made.limits = flag(values, "server.limits");
    made.address_rate = rate_of(values, "server.address");
    take(made.max_connections, values, "server.max_connections");
    take(made.max_connections_per_address, values, "server.max_connections_per_address");
    made.operator_token = text(values, "server.operator_token");
    take(made.drain_timeout_seconds, values, "server.drain_timeout_seconds");
    made.tls = tls_of(values, folder);
    return made;
}

database_settings database_of(const node& values, const std::filesystem::path& data_directory) {
    static constexpr std::string_view sqlite = "sqlite:";
    database_settings made;
    made.url = text(values, "database.url");
    if (made.url.starts_with(sqlite)) {
        made.url = std::string(sqlite) + absolute(data_directory, made.url.substr(sqlite.size())).string();
    }
    take(made.readers, values, "database.readers");
    take(made.batch_limit, values, "database.batch_limit");
    made.sqlite_synchronous = synchronous_named(text(values, "database.sqlite_synchronous"));
    return made;
}

bus_settings bus_of(const node& values, const std::filesystem::path& folder) {
    return {.url = text(values, "bus.url"),
            .key = text(values, "bus.key"),
            .prefix = text(values, "bus.prefix"),
            .credentials = optional_file(folder, text(values, "bus.credentials")),
            .authorities = optional_file(folder, text(values, "bus.authorities")),
            .certificate = optional_file(folder, text(values, "bus.certificate")),
            .certificate_key = optional_file(folder, text(values, "bus.certificate_key"))};
}

parley::log::settings log_of(const node& values, const std::filesystem::path& data_directory) {
    parley::log::settings made;
    const auto least = parley::log::parse_level(text(values, "log.level"));
    if (!least) throw std::logic_error("settings_text allows a log.level that the log does not know");
    made.least = *least;
    made.as = text(values, "log.format") == "text" ? parley::log::format::text : parley::log::format::json;
    const std::string& file = text(values, "log.file");
    if (file != "stderr") made.file = absolute(data_directory, file).string();
    return made;
}

limit_settings limits_of(const node& values) {
    return {.read = rate_of(values, "limits.reads"),
            .write = rate_of(values, "limits.writes"),
            .message = rate_of(values, "limits.messages"),
            .upload = rate_of(values, "limits.uploads"),
            .sign_in = rate_of(values, "limits.sign_ins"),
            .live = rate_of(values, "limits.live"),
            .tenant = rate_of(values, "limits.tenant")};
}

/// What an entry of a list does not say keeps the default of its struct.
void take_said(std::string& into, const node& entry, std::string_view name) {
    if (const auto* said = entry.child(name)) into = said->text;
}
void take_said(bool& into, const node& entry, std::string_view name) {
    if (const auto* said = entry.child(name)) into = said->flag;
}
void take_said(std::int64_t& into, const node& entry, std::string_view name) {
    if (const auto* said = entry.child(name)) into = said->integer;
}
void take_said(std::vector<std::string>& into, const node& entry, std::string_view name) {
    if (entry.child(name) != nullptr) into = texts(entry, name);
}

issuer_settings issuer_of(const node& entry) {
    issuer_settings made;
    take_said(made.issuer, entry, "issuer");
    take_said(made.audience, entry, "audience");
    take_said(made.jwks_url, entry, "jwks_url");
    take_said(made.username_claim, entry, "username_claim");
    take_said(made.name_claim, entry, "name_claim");
    take_said(made.role, entry, "role");
    take_said(made.create_users, entry, "create_users");
    take_said(made.allow_private, entry, "allow_private");
    take_said(made.algorithms, entry, "algorithms");
    take_said(made.keys, entry, "keys");
    return made;
}

sign_in_provider_settings sign_in_provider_of(const node& entry) {
    sign_in_provider_settings made;
    take_said(made.name, entry, "name");
    take_said(made.title, entry, "title");
    take_said(made.issuer, entry, "issuer");
    take_said(made.client_id, entry, "client_id");
    take_said(made.client_secret, entry, "client_secret");
    take_said(made.scopes, entry, "scopes");
    take_said(made.username_claim, entry, "username_claim");
    take_said(made.name_claim, entry, "name_claim");
    take_said(made.role, entry, "role");
    take_said(made.create_users, entry, "create_users");
    take_said(made.allow_private, entry, "allow_private");
    take_said(made.session_hours, entry, "session_hours");
    return made;
}

message_settings messages_of(const node& values) {
    message_settings made;
    take(made.max_graphemes, values, "messages.max_graphemes");
    take(made.max_bytes, values, "messages.max_bytes");
    take(made.edit_window_seconds, values, "messages.edit_window_seconds");
    return made;
}

}  // namespace

plugin_settings plugins_of(const node& values, const std::filesystem::path& folder) {
    plugin_settings made;
    made.folders.clear();
    for (const auto& one : texts(values, "plugins.folders")) made.folders.push_back(absolute(folder, one));
    made.load = texts(values, "plugins.load");
    made.enable = texts(values, "plugins.enable");
    made.disable = texts(values, "plugins.disable");
    made.forms = flag(values, "plugins.forms");
    made.keep = texts(values, "plugins.keep");
    return made;
}

server_settings server_of(const node& values, const std::filesystem::path& folder) {
    server_settings made;
    made.server = listener_of(values, folder);
    made.database = database_of(values, made.server.data_directory);
    made.bus = bus_of(values, folder);
    made.log = log_of(values, made.server.data_directory);
    take(made.websocket.idle_timeout_seconds, values, "websocket.idle_timeout_seconds");
    take(made.websocket.max_frame_bytes, values, "websocket.max_frame_bytes");
    take(made.websocket.send_queue_bytes, values, "websocket.send_queue_bytes");
    made.websocket.compression = flag(values, "websocket.compression");
    take(made.websocket.max_per_user, values, "websocket.max_per_user");
    take(made.websocket.max_per_address, values, "websocket.max_per_address");
    take(made.http.max_body_bytes, values, "http.max_body_bytes");
    take(made.http.max_header_bytes, values, "http.max_header_bytes");
    take(made.http.json_depth, values, "http.json_depth");
    take(made.http.request_timeout_seconds, values, "http.request_timeout_seconds");
    made.plugins = plugins_of(values, folder);
    return made;
}

tenant_settings tenant_of(const node& values) {
    tenant_settings made;
    made.display_name = text(values, "display_name");
    made.description = text(values, "description");
    made.hosts = texts(values, "hosts");
    made.enabled = value_at(values, "enabled").flag;
    made.allowed_origins = texts(values, "allowed_origins");
    made.content.host = text(values, "content.host");
    made.content.secret = text(values, "content.secret");
    take(made.content.grant_seconds, values, "content.grant_seconds");
    made.messages = messages_of(values);
    take(made.conversations.max_members, values, "conversations.max_members");
    take(made.conversations.max_direct, values, "conversations.max_direct");
    take(made.conversations.name_graphemes, values, "conversations.name_graphemes");
    take(made.conversations.topic_graphemes, values, "conversations.topic_graphemes");
    take(made.conversations.description_graphemes, values, "conversations.description_graphemes");
    take(made.events.retention_days, values, "events.retention_days");
    take(made.events.retention_count, values, "events.retention_count");
    take(made.sessions.access_minutes, values, "sessions.access_minutes");
    take(made.sessions.session_days, values, "sessions.session_days");
    take(made.sessions.token_days, values, "sessions.token_days");
    made.sessions.guests = flag(values, "sessions.guests");
    take(made.sessions.guest_hours, values, "sessions.guest_hours");
    made.sessions.vouch_secret = text(values, "sessions.vouch_secret");
    made.sessions.require_totp = flag(values, "sessions.require_totp");
    for (const auto& entry : value_at(values, "issuers").items) made.issuers.push_back(issuer_of(entry));
    for (const auto& entry : value_at(values, "sign_in_providers").items)
        made.sign_in_providers.push_back(sign_in_provider_of(entry));
    take(made.presence.typing_seconds, values, "presence.typing_seconds");
    take(made.presence.away_after_seconds, values, "presence.away_after_seconds");
    made.limits = limits_of(values);
    return made;
}

model_settings model_of(const node& values) {
    return {text(values, "display_name"), text(values, "description"), messages_of(values)};
}

}  // namespace parley::config
