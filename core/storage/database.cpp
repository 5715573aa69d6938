// Reads the URL, and completes it with the time-outs without which a dead network would hold a thread for ever.
#include "storage/database.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <libpq-fe.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <map>

#include "storage/connection.hpp"
#include "storage/failure.hpp"
#include "storage/odb.hpp"

namespace parley::storage {
namespace {

constexpr std::string_view sqlite_scheme = "sqlite:";

using keywords = std::map<std::string, std::string>;

std::unexpected<error> bad_url(std::string sentence) {
    return failure(fault::invalid, "database_url", std::move(sentence), "database.url");
}

std::unexpected<error> unreachable(std::string sentence) {
    return failure(fault::unavailable, "database_unreachable", std::move(sentence), "database.url");
}

result<keywords> parse_conninfo(const std::string& url) {
    char* problem = nullptr;
    auto* parsed = PQconninfoParse(url.c_str(), &problem);
    if (parsed == nullptr) {
        std::string sentence = problem == nullptr ? "out of memory" : problem;
        PQfreemem(problem);
        while (!sentence.empty() && sentence.back() == '\n') sentence.pop_back();
        return bad_url(fmt::format("The database URL cannot be read: {}.", sentence));
    }
    keywords found;
    for (auto* one = parsed; one->keyword != nullptr; ++one)
        if (one->val != nullptr) found[one->keyword] = one->val;
    PQconninfoFree(parsed);
    return found;
}

/// What the operator did not say: silence of the other side is noticed within seconds.
void complete(keywords& of, const database_options& options) {
    const auto seconds = std::max<std::int64_t>(2, options.connect_timeout.count() / 1000);
    of.try_emplace("connect_timeout", std::to_string(seconds));
    of.try_emplace("keepalives_idle", "10");
    of.try_emplace("keepalives_interval", "5");
    of.try_emplace("keepalives_count", "3");
    of.try_emplace("tcp_user_timeout", "15000");
    of.try_emplace("application_name", "parley");
    of["client_encoding"] = "UTF8";
}

std::string to_conninfo(const keywords& of) {
    std::string text;
    for (const auto& [key, value] : of) {
        text += key + "='";
        for (const char c : value) {
            if (c == '\'' || c == '\\') text += '\\';
            text += c;
        }
        text += "' ";
    }
    return text;
}

std::string without_password(const keywords& of) {
    const auto part = [&](const char* key) {
        const auto found = of.find(key);
        return found == of.end() ? std::string() : found->second;
    };
    auto host = part("host");
    if (host.empty()) host = part("hostaddr");
    const auto port = part("port");
    return fmt::format("postgresql://{}{}{}{}/{}", part("user"), part("user").empty() ? "" : "@", host,
                       port.empty() ? "" : ":" + port, part("dbname"));
}

/// Made before SQLite does, because the file and the log beside it hold password hashes and everybody's words. One that
/// is there is not even opened: closing it would drop every lock that connections of this process have on it, and the
/// next process to leave would take the write-ahead log away under them.
result<void> make_private_file(const std::string& path) {
    if (std::error_code ignored; std::filesystem::exists(path, ignored)) return {};
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file < 0)
        return unreachable(fmt::format("The database file {} cannot be opened: {}.", path,
                                       std::error_code(errno, std::generic_category()).message()));
    ::close(file);
    return {};
}

result<std::unique_ptr<odb::database>> open_sqlite(const std::string& path) {
    if (path.empty() || path == ":memory:")
        return bad_url("The database URL needs a path: sqlite:/var/lib/parley/parley.db.");
    if (auto made = make_private_file(path); !made) return std::unexpected(made.error());
    // A cache shared by connections would bring back the table locks that the write-ahead log does away with.
    constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    return std::make_unique<odb::sqlite::database>(path, flags, false, "",
                                                   std::make_unique<odb::sqlite::new_connection_factory>());
}

}  // namespace

database::database(database_options options, engine kind, std::string shown_url, std::unique_ptr<odb::database> mapped)
    : options_(std::move(options)), kind_(kind), shown_url_(std::move(shown_url)), mapped_(std::move(mapped)) {
    if (kind_ == engine::sqlite) file_ = identity_of(path());
}

std::string database::path() const { return options_.url.substr(sqlite_scheme.size()); }

database::identity database::identity_of(const std::string& path) {
    struct stat found{};
    if (::stat(path.c_str(), &found) != 0) return {};
    return {found.st_dev, found.st_ino};
}

void database::require_in_place() const {
    if (kind_ != engine::sqlite || identity_of(path()) == file_) return;
    throw odb::sqlite::database_exception(SQLITE_READONLY, SQLITE_READONLY_DBMOVED,
                                          "its file was moved, deleted or replaced");
}

void database::require_log_in_place() const {
    if (kind_ != engine::sqlite || identity_of(path() + "-wal") != identity{}) return;
    throw odb::sqlite::database_exception(
        SQLITE_READONLY, SQLITE_READONLY_DBMOVED,
        "its write-ahead log (-wal) was moved or deleted; only a clean stop brings what it holds into the file");
}

void database::require_room() const {
    if (kind_ != engine::sqlite) return;
    const auto name = path() + "-room";
    const int file = ::open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    const std::string page(64 * 1024, 'x');
    bool written = file >= 0;
    for (int i = 0; i < 16 && written; ++i)
        written = ::write(file, page.data(), page.size()) == static_cast<ssize_t>(page.size());
    written = written && ::fsync(file) == 0;
    if (file >= 0) ::close(file);
    ::unlink(name.c_str());
    if (!written) throw odb::sqlite::database_exception(SQLITE_FULL, SQLITE_FULL, "no room beside it");
}

database::~database() = default;

result<std::shared_ptr<database>> database::open(database_options options) {
    const auto url = options.url;
    std::shared_ptr<database> made;
    try {
        if (url.starts_with(sqlite_scheme)) {
            auto mapped = open_sqlite(url.substr(sqlite_scheme.size()));
            if (!mapped) return std::unexpected(mapped.error());
            made.reset(new database(std::move(options), engine::sqlite, url, std::move(*mapped)));
        } else if (url.starts_with("postgresql://") || url.starts_with("postgres://")) {
            auto parts = parse_conninfo(url);
            if (!parts) return std::unexpected(parts.error());
            complete(*parts, options);
            auto mapped = std::make_unique<odb::pgsql::database>(
                to_conninfo(*parts), std::make_unique<odb::pgsql::new_connection_factory>());
            made.reset(
                new database(std::move(options), engine::postgresql, without_password(*parts), std::move(mapped)));
        } else {
            return bad_url("The database URL begins with neither sqlite: nor postgresql://.");
        }
        connection_slot first(*made, purpose::writing);
        first.require_usable();
    } catch (const std::exception& thrown) {
        return unreachable(
            fmt::format("The database {} cannot be used: {}.", made ? made->shown_url() : "", thrown.what()));
    }
    return made;
}

}  // namespace parley::storage
