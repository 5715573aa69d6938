// What an operator may decide for the whole server: plain values with their defaults.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "model/settings.hpp"

namespace parley::config {

enum class tls_version : unsigned char { one_two = 1, one_three };

struct tls_settings {
    std::filesystem::path certificate;  ///< absolute once loaded; empty: HTTP without TLS
    std::filesystem::path key;          ///< as the certificate
    tls_version minimum_version = tls_version::one_two;
    std::uint16_t redirect_port = 0;  ///< where plain HTTP is sent to HTTPS; 0: nowhere

    friend bool operator==(const tls_settings&, const tls_settings&) = default;
};

struct listener_settings {
    std::string address = "127.0.0.1";             ///< an IPv4 or IPv6 address, without brackets
    std::uint16_t port = 8080;                     ///< 0: any free one
    std::string public_url;                        ///< without a slash at the end; empty: what the client asked for
    unsigned threads = 0;                          ///< 0: as many as there are cores
    unsigned node = 0;                             ///< 0 to 1022, part of every id this server makes
    std::filesystem::path data_directory = "var";  ///< absolute once loaded
    std::vector<std::string> trusted_proxies;      ///< addresses or networks (10.0.0.0/8)
    bool forwarded_rfc7239 = false;                ///< trusted proxies say "Forwarded" instead of "X-Forwarded-For"
    std::string tenant_header;                     ///< in which a trusted proxy names the tenant; empty: none
    bool limits = true;                            ///< whether anybody is limited in rate or number of connections
    rate address_rate{.per_minute = 12000, .burst = 3000};  ///< requests of one address, whoever sends them
    std::size_t max_connections = 50000;                    ///< of the whole server; 0: without limit
    std::size_t max_connections_per_address = 5000;         ///< 0: without limit
    std::string operator_token;                             ///< empty: the operator's requests are not taken
    std::int64_t drain_timeout_seconds = 10;
    tls_settings tls;

    friend bool operator==(const listener_settings&, const listener_settings&) = default;
};

enum class sqlite_synchronous : unsigned char { normal = 1, full, extra };

struct database_settings {
    /// May hold a password: never print it. SQLite's path is absolute once loaded.
    std::string url = "sqlite:parley.db";
    unsigned readers = 4;
    std::size_t batch_limit = 512;
    config::sqlite_synchronous sqlite_synchronous = config::sqlite_synchronous::full;

    friend bool operator==(const database_settings&, const database_settings&) = default;
};

struct bus_settings {
    std::string url;  ///< NATS servers with commas between; empty: no bus. Never print it.
    std::string key;  ///< never print it
    std::string prefix = "parley";
    std::filesystem::path credentials;  ///< absolute once loaded, as the others; empty: none
    std::filesystem::path authorities;
    std::filesystem::path certificate;
    std::filesystem::path certificate_key;

    friend bool operator==(const bus_settings&, const bus_settings&) = default;
};

struct websocket_settings {
    std::int64_t idle_timeout_seconds = 25;
    std::size_t max_frame_bytes = 64 * 1024;
    std::size_t send_queue_bytes = 4 * 1024 * 1024;
    bool compression = true;
    std::size_t max_per_user = 50;       ///< open at once; 0: without limit
    std::size_t max_per_address = 2000;  ///< 0: without limit

    friend bool operator==(const websocket_settings&, const websocket_settings&) = default;
};

struct http_settings {
    std::size_t max_body_bytes = 1024 * 1024;
    std::size_t max_header_bytes = 16 * 1024;
    std::size_t json_depth = 32;
    std::int64_t request_timeout_seconds = 30;

    friend bool operator==(const http_settings&, const http_settings&) = default;
};

/// Which plugins there are, and which of them are on.
struct plugin_settings {
    std::vector<std::filesystem::path> folders{"/usr/lib/parley/plugins"};  ///< absolute once loaded
    std::vector<std::string> load;                                          ///< ids, in their order
    std::vector<std::string> enable;                                        ///< ids; on where no level below says no
    std::vector<std::string> disable;                                       ///< ids
    bool forms = true;              ///< administrators may switch plugins and change their settings
    std::vector<std::string> keep;  ///< ids and settings that they may not

    friend bool operator==(const plugin_settings&, const plugin_settings&) = default;
};

/// Everything of scope "server"; each is explained in docs/reference/settings.md.
struct server_settings {
    listener_settings server;
    database_settings database;
    bus_settings bus;
    parley::log::settings log;  ///< a file's path is absolute once loaded
    websocket_settings websocket;
    http_settings http;
    plugin_settings plugins;
};

}  // namespace parley::config
