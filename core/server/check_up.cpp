// The checks of `parley doctor`.
#include "server/check_up.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <optional>
#include <set>
#include <system_error>

#include "base/text.hpp"
#include "server/open_database.hpp"
#include "server/port_probe.hpp"
#include "server/process_usage.hpp"
#include "server/tls_identity.hpp"
#include "storage/migrator.hpp"
#include "storage/row_security.hpp"

namespace parley::server {
namespace {

namespace fs = std::filesystem;

std::string shown(const fs::path& path) { return escape_controls(path.string()); }

/// The folder itself or the nearest one above it that is there.
fs::path nearest_folder(fs::path folder) {
    std::error_code ignored;
    while (!fs::exists(folder, ignored) && folder.has_relative_path()) folder = folder.parent_path();
    return folder;
}

/// Every file that a value of this tree was read from as a secret.
void collect_secret_files(const config::node& from, const fs::path& folder, std::set<fs::path>& into) {
    constexpr std::string_view mark = "file ";
    if (from.secret.starts_with(mark)) into.insert(folder / from.secret.substr(mark.size()));
    for (const auto& one : from.items) collect_secret_files(one, folder, into);
    for (const auto& one : from.members) collect_secret_files(one.value, folder, into);
}

finding check_mode(std::string what, const fs::path& file, health when_open) {
    if (others_may_read(file))
        return {when_open, std::move(what),
                fmt::format("everybody on this machine may read {0}; run: chmod o= {0}", shown(file))};
    return {health::ok, std::move(what), fmt::format("{} is closed to others", shown(file))};
}

finding check_tables(storage::migrator& steps) {
    const auto current = steps.require_current();
    if (current) return {health::ok, "database tables", "up to date"};
    return {health::fail, "database tables", current.error().message};
}

/// An id holds the millisecond it was made in, see id.cpp; one from the future means a clock that was set back.
finding check_newest_id(storage::sql_store& store, const clock& time) {
    const auto highest = store.highest_id();
    if (!highest) return {health::fail, "database clock", highest.error().message};
    id_source now(time, 0);
    constexpr std::int64_t ids_of_a_second = std::int64_t{1000} << 22;
    if (*highest > now.next<message_id>().value + ids_of_a_second)
        return {health::warn, "database clock",
                "the database holds ids from the future, so this machine's clock is behind: set it right"};
    return {health::ok, "database clock", "not ahead of this machine's"};
}

/// Nothing for SQLite, which has no roles.
std::optional<finding> check_row_security(storage::database& db) {
    if (db.kind() == storage::engine::sqlite) return std::nullopt;
    const auto held = storage::has_row_security(db);
    if (!held) return finding{health::fail, "database role", held.error().message};
    if (*held) return finding{health::ok, "database role", "row security keeps tenants apart"};
    return finding{health::warn, "database role",
                   "row security does not hold this role, so only Parley's own queries keep tenants apart; "
                   "run: ALTER ROLE <role> NOSUPERUSER NOBYPASSRLS"};
}

class nobody final : public kernel::event_sink {
    void committed(tenant_id, std::span<const std::shared_ptr<const event>>) override {}
};

}  // namespace

finding check_data_folder(const config::configuration& of) {
    const auto& folder = of.server.server.data_directory;
    std::error_code ignored;
    const auto there = nearest_folder(folder);
    const bool writable = ::access(there.c_str(), R_OK | W_OK | X_OK) == 0;
    if (!writable)
        return {health::fail, "data folder",
                fmt::format("this account may not write to {}; give it the folder or run as the server's account",
                            shown(there))};
    if (there != folder) return {health::ok, "data folder", fmt::format("{} will be made", shown(folder))};
    if (!fs::is_directory(folder, ignored))
        return {health::fail, "data folder",
                fmt::format("{} is no folder; move it away or set server.data_directory", shown(folder))};
    return {health::ok, "data folder", fmt::format("{} is writable", shown(folder))};
}

finding check_free_space(const config::configuration& of) {
    constexpr std::uintmax_t mib = 1024 * 1024;
    std::error_code failed;
    const auto folder = nearest_folder(of.server.server.data_directory);
    const auto space = fs::space(folder, failed);
    if (failed) return {health::warn, "free space", fmt::format("cannot be told: {}", failed.message())};
    const auto text = fmt::format("{} MiB free in {}", space.available / mib, shown(folder));
    if (space.available < 100 * mib) return {health::fail, "free space", text + "; make room before anything else"};
    if (space.available < 1024 * mib) return {health::warn, "free space", text + "; make room soon"};
    return {health::ok, "free space", text};
}

finding check_clock(const clock& time) {
    using namespace std::chrono;
    const auto now = time.now();
    const auto text = rfc3339(now);
    // Ids count from 2024, and have room until 2093.
    if (now < sys_days{2025y / January / 1} || now > sys_days{2093y / January / 1})
        return {health::fail, "clock", text + " cannot be now; set this machine's clock"};
    return {health::ok, "clock", text};
}

std::vector<finding> check_database(const config::configuration& of, const fs::path& migrations, const clock& time) {
    const auto file = sqlite_file(of.server);
    std::error_code ignored;
    if (file && !fs::exists(*file, ignored))
        return {
            {health::warn, "database", fmt::format("there is none at {} yet; run: parley migrate up", shown(*file))}};
    auto opened = storage::database::open(database_options_of(of.server));
    if (!opened) return {{health::fail, "database", opened.error().message}};
    std::vector<finding> all{{health::ok, "database", fmt::format("{} answers", (*opened)->shown_url())}};
    storage::migrator steps(*opened, migrations, time);
    all.push_back(check_tables(steps));
    if (all.back().how != health::ok) return all;
    if (auto role = check_row_security(**opened)) all.push_back(std::move(*role));
    nobody listener;
    auto store = storage::open_store(std::move(*opened), {.readers = 1}, listener);
    if (!store) {
        all.push_back({health::fail, "database clock", store.error().message});
        return all;
    }
    all.push_back(check_newest_id(**store, time));
    for (auto& one : check_plugin_places(**store, of, time)) all.push_back(std::move(one));
    return all;
}

std::vector<finding> check_certificate(const config::configuration& of, const clock& time) {
    if (of.identity == nullptr) return {};
    const auto& pair = *of.identity;
    const auto now = time.now();
    const auto left = days_left(pair, now);
    const auto until = fmt::format("good until {}, {} days left", rfc3339(pair.good_until()), left);
    finding made{health::ok, "certificate", until};
    constexpr std::int64_t soon = 14;
    if (left < soon) made = {health::warn, "certificate", until + "; renew it and run: parley config reload"};
    if (left < 0)
        made = {health::fail, "certificate",
                fmt::format("expired on {}; renew it and run: parley config reload", rfc3339(pair.good_until()))};
    if (pair.good_from() > now)
        made = {health::fail, "certificate", fmt::format("good only from {}", rfc3339(pair.good_from()))};
    if (const auto tls = tls_of(of); !tls) made = {health::fail, "certificate", tls.error().message};
    return {made, check_mode("key file", of.server.server.tls.key, health::fail)};
}

finding check_listening(const config::configuration& of) {
    const auto& [address, port] = std::pair{of.server.server.address, of.server.server.port};
    const auto is_free = check_port(address, port);
    if (is_free) return {health::ok, "port", fmt::format("{} of {} is free", port, address)};
    const auto how = of.identity != nullptr ? probe_by::tls : probe_by::plain;
    const auto status = ask_ready(address, port, std::chrono::seconds{3}, how);
    if (status == 200) return {health::ok, "port", fmt::format("parleyd answers on {} and is ready", port)};
    if (status == 503)
        return {health::warn, "port", fmt::format("parleyd answers on {} but is not ready; GET /ready says why", port)};
    return {health::fail, "port", is_free.error().message + " Stop the program that holds it, or set server.port."};
}

finding check_descriptors() {
    const auto usage = read_process_usage();
    const auto text = fmt::format("up to {} open files; parleyd raises this as far as it may", usage.most_descriptors);
    if (usage.most_descriptors < 4096)
        return {health::warn, "file descriptors", text + "; allow more (LimitNOFILE, ulimit -n), one a connection"};
    return {health::ok, "file descriptors", text};
}

std::vector<finding> check_file_modes(const config::configuration& of) {
    std::set<fs::path> secrets;
    const auto folder = fs::is_directory(of.file) ? of.file : of.file.parent_path();
    collect_secret_files(of.from.server, folder, secrets);
    collect_secret_files(of.from.tenant, folder, secrets);
    for (const auto& [name, values] : of.from.tenants) collect_secret_files(values, folder, secrets);
    for (const auto& [name, values] : of.from.models) collect_secret_files(values, folder, secrets);
    std::vector<finding> all;
    for (const auto& file : secrets) all.push_back(check_mode("secret file", file, health::fail));
    std::error_code ignored;
    if (const auto file = sqlite_file(of.server); file && fs::exists(*file, ignored)) {
        // A folder that others may not enter closes everything inside.
        const auto mode = fs::status(file->parent_path(), ignored).permissions();
        if ((mode & fs::perms::others_exec) != fs::perms::none)
            all.push_back(check_mode("database file", *file, health::warn));
    }
    return all;
}

}  // namespace parley::server
