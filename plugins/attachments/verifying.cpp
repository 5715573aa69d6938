// What files.verify does: rows and blobs of a tenant, held against each other, and mended either way.
#include <parley/aside.hpp>

#include <map>
#include <unordered_set>

#include "entities-odb.hpp"
#include "gates.hpp"
#include "rows.hpp"
#include "sweeping.hpp"

namespace attachments {
namespace {

constexpr std::int64_t page = 500;
/// Blobs and parts that are younger may belong to what is being done just now.
constexpr std::int64_t settled = 60'000;
constexpr std::size_t most_lines = 100;

}  // namespace

/// What the bucket has of a tenant.
struct sweeping::bucket {
    std::map<std::string, s3_store::listed> has;
    std::vector<s3_store::unfinished> parts;
};

struct sweeping::finding {
    verified report;
    std::vector<sdk::id> gone;              ///< rows that cannot stay
    std::unordered_set<std::string> known;  ///< "place:path" of all that has a row
    std::vector<std::string> orphans;
    std::vector<std::string> leftovers;
    std::vector<std::string> remote_orphans;
    std::vector<s3_store::unfinished> remote_parts;

    void add(std::int64_t& to, std::string line) {
        ++to;
        if (report.found.size() < most_lines) report.found.push_back(std::move(line));
    }
};

/// An error when the bucket does not answer: what is out of reach is neither lost nor changed.
sdk::result<sweeping::looks> sweeping::look_at(const file_row& row, bool deep, const bucket& there,
                                               const settings& here) const {
    if (is_local(row)) {
        if (in_.store.size_of(row.path) != row.bytes) return looks::lost;
        if (!deep || row.sha256.empty()) return looks::sound;
        const auto sum = in_.store.sha256_of(row.path);
        return sum && *sum == row.sha256 ? looks::sound : looks::changed;
    }
    const auto store = in_.s3(here);
    const auto found = there.has.find(row.path);
    if (found == there.has.end() || found->second.bytes != row.bytes) {
        // It may have come after the bucket was listed.
        const auto size = store.size_of(row.path);
        if (!size) return size.error();
        if (*size != row.bytes) return looks::lost;
    }
    if (!deep || row.sha256.empty()) return looks::sound;
    const auto sum = store.sha256_of(row.path);
    if (!sum) return sum.error();
    return *sum == row.sha256 ? looks::sound : looks::changed;
}

sdk::task<> sweeping::compare_files(sdk::call call, bool deep, const bucket& there, finding& into) const {
    using query = odb::query<file_row>;
    const auto here = call.settings<settings>();
    std::int64_t after = 0;
    for (;;) {
        const auto some = co_await call.storage([&](odb::database& db) {
            return all_of<file_row>(db, (query::tenant == call.tenant.number() && query::id > after) + "ORDER BY" +
                                            query::id + "LIMIT " + std::to_string(page));
        });
        if (some.empty()) break;
        after = some.back()->id;
        std::vector<std::pair<file_ptr, looks>> wrong;
        co_await sdk::aside([&]() -> sdk::result<void> {
            for (const auto& one : some) {
                if (state_of(*one) == file_state::uploading) continue;
                const auto how = look_at(*one, deep, there, *here);
                if (!how) return how.error();
                if (*how != looks::sound) wrong.emplace_back(one, *how);
            }
            return {};
        });
        for (const auto& one : some) {
            into.known.insert(one->place + ":" + one->path);
            if (!one->bound.empty()) into.known.insert(one->bound + ":" + one->bound_path);
            ++into.report.files;
            into.report.bytes += one->bytes;
        }
        for (const auto& [one, how] : wrong) {
            // It may have been deleted or moved while it was looked at.
            const auto still = co_await call.storage([&, seen = one](odb::database& db) {
                const auto now = find_file(db, call.tenant, sdk::id(seen->id));
                return now != nullptr && now->place == seen->place && now->path == seen->path;
            });
            if (!still) continue;
            const auto name = "file " + std::to_string(one->id);
            if (how == looks::lost)
                into.add(into.report.lost, name + " has lost its content " + one->place + ":" + one->path);
            else
                into.add(into.report.changed,
                         "the content of " + name + " has changed: " + one->place + ":" + one->path);
            into.gone.emplace_back(one->id);
        }
    }
    const auto strays =
        co_await call.storage([&](odb::database& db) { return versions_without_first(db, call.tenant); });
    for (const auto one : strays) {
        into.add(into.report.strays, "file " + one.text() + " is a newer version of one that is gone");
        into.gone.push_back(one);
    }
}

sdk::task<> sweeping::compare_places(sdk::call call, const bucket& there, finding& into) const {
    const auto waiting = co_await call.storage([&](odb::database& db) {
        std::unordered_set<std::string> all;
        for (const auto& one : all_of<doomed_row>(db, odb::query<doomed_row>::tenant == call.tenant.number()))
            into.known.insert(one->place + ":" + one->path);
        for (const auto& one : all_of<upload_row>(db, odb::query<upload_row>::id != 0)) all.insert(one->path);
        return all;
    });
    co_await sdk::aside([&] {
        const auto late = sdk::now() - settled;
        in_.store.each("blobs/" + call.tenant.text(), [&](const std::string& path, std::int64_t changed) {
            if (into.known.contains("local:" + path) || changed >= late) return;
            into.add(into.report.orphans, "no file has the content local:" + path);
            into.orphans.push_back(path);
        });
        // Parts of forms have no row of their own; one that grows is not old.
        in_.store.each("incoming", [&](const std::string& path, std::int64_t changed) {
            if (waiting.contains(path) || changed >= late - 60 * settled) return;
            into.add(into.report.leftovers, "nobody waits for " + path);
            into.leftovers.push_back(path);
        });
    });
    // The bucket was listed before the rows were read, and a row says where it goes before anything is there.
    for (const auto& [path, ignored] : there.has) {
        if (into.known.contains("s3:" + path)) continue;
        into.add(into.report.orphans, "no file has the content s3:" + path);
        into.remote_orphans.push_back(path);
    }
    for (const auto& one : there.parts) {
        if (into.known.contains("s3:" + one.blob)) continue;
        into.add(into.report.leftovers, "nobody waits for the parts of s3:" + one.blob);
        into.remote_parts.push_back(one);
    }
}

sdk::task<> sweeping::repair(sdk::call call, const finding& what) {
    const auto here = call.settings<settings>();
    std::vector<std::int64_t> holding;
    for (const auto id : what.gone) {
        const auto held = co_await call.storage([&](sdk::transaction& t) {
            const auto row = find_file(t.db(), call.tenant, id);
            if (row == nullptr) return std::int64_t{0};
            remove_file(t, *row, true);
            return row->held != 0 ? row->message : std::int64_t{0};
        });
        if (held != 0) holding.push_back(held);
    }
    for (const auto one : holding) (void)co_await call.reject(sdk::id(one), "A file of it was lost.").as_result();
    co_await sdk::aside([&] {
        for (const auto& one : what.orphans) (void)in_.store.remove(one);
        for (const auto& one : what.leftovers) (void)in_.store.remove(one);
        const auto store = in_.s3(*here);
        for (const auto& one : what.remote_orphans) (void)store.remove(one);
        for (const auto& one : what.remote_parts) (void)store.end(one);
    });
    co_await messages_.bury(call);
    co_await call.storage([&](odb::database& db) { recount(db, call.tenant.number()); });
}

sdk::task<sweeping::bucket> sweeping::look_into_bucket(sdk::call call) const {
    const auto here = call.settings<settings>();
    if (!s3_place::of(*here).is_set()) {
        const auto some = co_await call.storage([&](odb::database& db) {
            using query = odb::query<file_row>;
            return !all_of<file_row>(
                        db, (query::tenant == call.tenant.number() && query::place == s3_place_name) + "LIMIT 1")
                        .empty();
        });
        if (some)
            co_return sdk::conflict("storage_not_set",
                                    "Files are in a bucket, and attachments.s3_endpoint and s3_bucket name none.");
        co_return bucket{};
    }
    co_return co_await sdk::aside([&]() -> sdk::result<bucket> {
        const auto store = in_.s3(*here);
        const auto folder = "blobs/" + call.tenant.text() + "/";
        auto has = store.list(folder);
        if (!has) return has.error();
        auto parts = store.list_unfinished(folder);
        if (!parts) return parts.error();
        return bucket{*std::move(has), *std::move(parts)};
    });
}

sdk::task<verified> sweeping::verify(sdk::call call, verify_request in) {
    finding what;
    const auto there = co_await look_into_bucket(call);
    co_await compare_files(call, in.deep.value_or(false), there, what);
    co_await compare_places(call, there, what);
    what.report.wrong_tallies =
        co_await call.storage([&](odb::database& db) { return count_wrong_tallies(db, call.tenant.number()); });
    what.report.repaired = in.repair.value_or(false);
    if (what.report.repaired) co_await repair(call, what);
    // Paths, and other tenants' parts of forms, are the operator's business alone; he is no user.
    if (call.user) what.report.found.clear();
    sdk::log::info("files verified", {{"tenant", call.tenant_name},
                                      {"files", what.report.files},
                                      {"lost", what.report.lost},
                                      {"orphans", what.report.orphans},
                                      {"wrong_tallies", what.report.wrong_tallies}});
    co_return what.report;
}

}  // namespace attachments
