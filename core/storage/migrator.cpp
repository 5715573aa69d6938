// Reads the steps from their folder, compares them with what the database has recorded, and does what is missing.
#include "storage/migrator.hpp"

#include <fmt/core.h>

#include <charconv>
#include <fstream>
#include <map>

#include "base/secret.hpp"
#include "storage/connection.hpp"
#include "storage/failure.hpp"
#include "storage/load.hpp"

namespace parley::storage {
namespace {

namespace fs = std::filesystem;

// "parley" in ASCII; any number would do that nobody else in this database locks.
constexpr std::int64_t advisory_lock = 0x7061726c6579;
constexpr std::string_view up_suffix = ".up.sql";
constexpr std::string_view down_suffix = ".down.sql";

struct step {
    migration what;
    std::string up;
    std::string down;
};
using steps = std::map<int, step>;
using recorded_steps = std::map<int, migration_row>;

std::unexpected<error> failed(std::string code, std::string sentence) {
    return failure(fault::unavailable, std::move(code), std::move(sentence));
}

std::string read_text(const fs::path& file) {
    std::ifstream from(file, std::ios::binary);
    from.exceptions(std::ios::badbit | std::ios::failbit);
    return {std::istreambuf_iterator<char>(from), std::istreambuf_iterator<char>()};
}

/// "0001_kernel.up.sql" is version 1, "kernel".
std::optional<std::pair<int, std::string>> read_name(const std::string& file, std::string_view suffix) {
    if (!file.ends_with(suffix)) return std::nullopt;
    const auto stem = file.substr(0, file.size() - suffix.size());
    const auto line = stem.find('_');
    int version = 0;
    const auto read = std::from_chars(stem.data(), stem.data() + std::min(line, stem.size()), version);
    if (line == std::string::npos || read.ptr != stem.data() + line || version < 1) return std::nullopt;
    return std::pair{version, stem.substr(line + 1)};
}

steps sort_steps(const migration_files& from) {
    steps found;
    for (const auto& [file, text] : from) {
        if (const auto up = read_name(file, up_suffix)) {
            auto& [what, sql, down] = found[up->first];
            sql = text;
            what.version = up->first;
            what.name = up->second;
            what.checksum = token_digest(sql);
        } else if (const auto back = read_name(file, down_suffix)) {
            found[back->first].down = text;
            found[back->first].what.can_go_down = true;
        }
    }
    return found;
}

result<steps> read_steps(const migration_source& from) {
    const auto* folder = std::get_if<fs::path>(&from);
    const auto place = folder != nullptr ? folder->string() : std::string("the plugin");
    steps found;
    try {
        migration_files files;
        if (folder != nullptr)
            for (const auto& file : fs::directory_iterator(*folder))
                if (file.path().extension() == ".sql")
                    files.emplace(file.path().filename().string(), read_text(file.path()));
        found = sort_steps(folder != nullptr ? files : std::get<migration_files>(from));
    } catch (const std::exception& thrown) {
        return failed("migrations_unreadable",
                      fmt::format("The migrations in {} cannot be read: {}.", place, thrown.what()));
    }
    int expected = 1;
    for (const auto& [version, one] : found)
        if (version != expected++ || one.up.empty())
            return failed("migrations_unreadable",
                          fmt::format("The migrations in {} have no step {}.", place, expected - 1));
    if (found.empty()) return failed("migrations_unreadable", fmt::format("There are no migrations in {}.", place));
    return found;
}

/// Within a transaction that holds the migrators' lock.
recorded_steps read_recorded(database& db) {
    recorded_steps all;
    each<migration_row>(db.mapped(), odb::query<migration_row>(true),
                        [&](const migration_row& row) { all[row.version] = row; });
    return all;
}

result<void> compare(const steps& known, const recorded_steps& recorded) {
    for (const auto& [version, row] : recorded) {
        const auto found = known.find(version);
        if (found == known.end())
            return failed("database_newer",
                          fmt::format("The database has step {} ({}), which this program does not know: "
                                      "it was migrated by a newer one.",
                                      version, row.name));
        if (found->second.what.checksum != row.checksum)
            return failed("migration_changed",
                          fmt::format("Step {} ({}) was applied from a file that has been changed since; "
                                      "steps that were applied must stay as they were.",
                                      version, row.name));
    }
    return {};
}

/// One transaction under the lock that keeps other migrators out.
class locked_transaction {
public:
    explicit locked_transaction(database& db) : slot_(db, purpose::migrating), open_(slot_.begin(tenant_scope::all())) {
        const bool is_sqlite = db.kind() == engine::sqlite;
        // SQLite's transaction already holds the only write lock.
        if (!is_sqlite)
            run_script(engine::postgresql, slot_.connection(),
                       fmt::format("SET LOCAL lock_timeout = '60s'; SELECT pg_advisory_xact_lock({})", advisory_lock));
        const std::string_view whole = is_sqlite ? "INTEGER" : "BIGINT";
        run_script(db.kind(), slot_.connection(),
                   fmt::format("CREATE TABLE IF NOT EXISTS parley_migration (version INTEGER NOT NULL PRIMARY KEY,"
                               " name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at {} NOT NULL)",
                               whole));
    }
    void run(engine kind, const std::string& sql) {
        run_script(kind, slot_.connection(), sql);
        if (!slot_.transaction_is_good())
            throw std::runtime_error("it ended its own transaction, so parts of it may have been kept");
    }
    void commit() { open_.commit(); }

private:
    connection_slot slot_;
    odb::transaction open_;
};

std::vector<migration> combine(const steps& known, const recorded_steps& recorded) {
    std::vector<migration> all;
    for (const auto& [version, one] : known) {
        all.push_back(one.what);
        if (const auto found = recorded.find(version); found != recorded.end())
            all.back().applied_at = moment{std::chrono::microseconds{found->second.applied_at}};
    }
    return all;
}

fs::path folder_of(engine kind) { return kind == engine::sqlite ? "sqlite" : "postgresql"; }

error unreachable(const database& db, const std::exception& thrown) {
    return {fault::unavailable,
            "database_unreachable",
            fmt::format("The database {} cannot be used: {}.", db.shown_url(), thrown.what()),
            {}};
}

}  // namespace

migrator::migrator(std::shared_ptr<database> of, const fs::path& folder, const clock& time)
    : database_(std::move(of)), from_(folder / folder_of(database_->kind())), time_(time) {}

migrator::migrator(std::shared_ptr<database> of, migration_files files, const clock& time)
    : database_(std::move(of)), from_(std::move(files)), time_(time) {}

result<std::vector<migration>> migrator::status() {
    const auto known = read_steps(from_);
    if (!known) return std::unexpected(known.error());
    try {
        locked_transaction open(*database_);
        const auto recorded = read_recorded(*database_);
        if (auto same = compare(*known, recorded); !same) return std::unexpected(same.error());
        return combine(*known, recorded);
    } catch (const std::exception& thrown) {
        return std::unexpected(unreachable(*database_, thrown));
    }
}

result<std::vector<migration>> migrator::up() {
    const auto known = read_steps(from_);
    if (!known) return std::unexpected(known.error());
    std::vector<migration> applied;
    for (const auto& [version, one] : *known) {
        try {
            locked_transaction open(*database_);
            const auto recorded = read_recorded(*database_);
            if (auto same = compare(*known, recorded); !same) return std::unexpected(same.error());
            if (recorded.contains(version)) continue;
            applied.push_back(one.what);
            applied.back().applied_at = time_.now();
            open.run(database_->kind(), one.up);
            migration_row row;
            row.version = version;
            row.name = one.what.name;
            row.checksum = one.what.checksum;
            row.applied_at = microseconds(*applied.back().applied_at);
            database_->mapped().persist(row);
            open.commit();
        } catch (const std::exception& thrown) {
            if (may_pass(classify(thrown))) return std::unexpected(unreachable(*database_, thrown));
            return failed("migration_failed",
                          fmt::format("Step {} ({}) failed: {}.", version, one.what.name, thrown.what()));
        }
    }
    return applied;
}

result<std::vector<migration>> migrator::down(int to) {
    const auto known = read_steps(from_);
    if (!known) return std::unexpected(known.error());
    std::vector<migration> gone;
    for (auto i = known->rbegin(); i != known->rend() && i->first > to; ++i) {
        const auto& [version, one] = *i;
        try {
            locked_transaction open(*database_);
            const auto recorded = read_recorded(*database_);
            if (auto same = compare(*known, recorded); !same) return std::unexpected(same.error());
            for (const auto& [later, row] : recorded)
                if (later > to && !known->at(later).what.can_go_down)
                    return failed("migration_one_way", fmt::format("Step {} ({}) has no way down.", later, row.name));
            if (!recorded.contains(version)) continue;
            open.run(database_->kind(), one.down);
            database_->mapped().erase<migration_row>(version);
            open.commit();
            gone.push_back(one.what);
        } catch (const std::exception& thrown) {
            if (may_pass(classify(thrown))) return std::unexpected(unreachable(*database_, thrown));
            return failed("migration_failed",
                          fmt::format("Taking back step {} ({}) failed: {}.", version, one.what.name, thrown.what()));
        }
    }
    return gone;
}

result<std::string> migrator::show(int version) {
    const auto known = read_steps(from_);
    if (!known) return std::unexpected(known.error());
    const auto found = known->find(version);
    if (found == known->end())
        return failure(fault::not_found, "migration_unknown", fmt::format("There is no step {}.", version));
    return found->second.up;
}

result<void> migrator::require_current() {
    const auto all = status();
    if (!all) return std::unexpected(all.error());
    for (const auto& one : *all)
        if (!one.applied_at)
            return failed("database_older", fmt::format("The database lacks step {} ({}); run `parley migrate up`.",
                                                        one.version, one.name));
    return {};
}

}  // namespace parley::storage
