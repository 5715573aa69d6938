// What files.verify does: rows and blobs of a tenant, held against each other, and mended either way.
#include <parley/aside.hpp>

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

struct sweeping::finding {
    verified report;
    std::vector<sdk::id> gone;              ///< rows that cannot stay
    std::unordered_set<std::string> known;  ///< every path that has a row
    std::vector<std::string> orphans;
    std::vector<std::string> leftovers;

    void add(std::int64_t& to, std::string line) {
        ++to;
        if (report.found.size() < most_lines) report.found.push_back(std::move(line));
    }
};

sdk::task<> sweeping::compare_files(sdk::call call, bool deep, finding& into) const {
    enum class is : std::uint8_t { sound = 1, lost, changed };
    files_wanted wanted{.after = {}, .limit = page, .state = {}};
    for (bool more = true; more;) {
        const auto some =
            co_await call.storage([&](odb::database& db) { return page_of_files(db, call.tenant, wanted); });
        more = some.more;
        if (!some.files.empty()) wanted.after = some.files.back().file;
        std::vector<std::pair<const file_facts*, is>> wrong;
        co_await sdk::aside([&] {
            for (const auto& one : some.files) {
                if (one.state == file_state::uploading) continue;
                if (in_.store.size_of(one.path) != one.bytes) {
                    wrong.emplace_back(&one, is::lost);
                } else if (deep && !one.sha256.empty()) {
                    const auto sum = in_.store.sha256_of(one.path);
                    if (!sum || *sum != one.sha256) wrong.emplace_back(&one, is::changed);
                }
            }
        });
        for (const auto& one : some.files) {
            into.known.insert(one.path);
            ++into.report.files;
            into.report.bytes += one.bytes;
        }
        for (const auto& [one, how] : wrong) {
            // It may have been deleted while it was looked at.
            const auto still = co_await call.storage(
                [&, which = one->file](odb::database& db) { return find_file(db, call.tenant, which) != nullptr; });
            if (!still) continue;
            if (how == is::lost)
                into.add(into.report.lost, "file " + one->file.text() + " has lost its content " + one->path);
            else
                into.add(into.report.changed, "the content of file " + one->file.text() + " has changed: " + one->path);
            into.gone.push_back(one->file);
        }
    }
    const auto strays =
        co_await call.storage([&](odb::database& db) { return versions_without_first(db, call.tenant); });
    for (const auto one : strays) {
        into.add(into.report.strays, "file " + one.text() + " is a newer version of one that is gone");
        into.gone.push_back(one);
    }
}

sdk::task<> sweeping::compare_places(sdk::call call, finding& into) const {
    const auto waiting = co_await call.storage([&](odb::database& db) {
        std::unordered_set<std::string> all;
        for (const auto& one : all_of<doomed_row>(db, odb::query<doomed_row>::tenant == call.tenant.number()))
            into.known.insert(one->path);
        for (const auto& one : all_of<upload_row>(db, odb::query<upload_row>::id != 0)) all.insert(one->path);
        return all;
    });
    co_await sdk::aside([&] {
        const auto late = sdk::now() - settled;
        in_.store.each("blobs/" + call.tenant.text(), [&](const std::string& path, std::int64_t changed) {
            if (into.known.contains(path) || changed >= late) return;
            into.add(into.report.orphans, "no file has the content " + path);
            into.orphans.push_back(path);
        });
        // Parts of forms have no row of their own; one that grows is not old.
        in_.store.each("incoming", [&](const std::string& path, std::int64_t changed) {
            if (waiting.contains(path) || changed >= late - 60 * settled) return;
            into.add(into.report.leftovers, "nobody waits for " + path);
            into.leftovers.push_back(path);
        });
    });
}

sdk::task<> sweeping::repair(sdk::call call, const finding& what) {
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
    });
    co_await messages_.bury(call);
    co_await call.storage([&](odb::database& db) { recount(db, call.tenant.number()); });
}

sdk::task<verified> sweeping::verify(sdk::call call, verify_request in) {
    finding what;
    co_await compare_files(call, in.deep.value_or(false), what);
    co_await compare_places(call, what);
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
