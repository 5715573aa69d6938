// What is meant is written down first, then it is copied, then the row says where it is, and then the old one goes.
#include "placing.hpp"

#include <parley/aside.hpp>

#include <chrono>

#include "entities-odb.hpp"
#include "gates.hpp"

namespace attachments {
namespace {

using file_query = odb::query<file_row>;
using count_query = odb::query<file_count>;

constexpr std::int64_t minute = 60'000;
/// So long what was moved stays where it was: somebody may be reading it.
constexpr std::int64_t grace = 10'000;
constexpr std::chrono::seconds one_stretch{20};
constexpr int in_one_look = 50;
/// Of those that wait for disks: a slow store is to keep few of them.
constexpr std::size_t threads = 8;

std::string name_of(storage_place place) { return place == storage_place::s3 ? s3_place_name : local_place; }

/// Where copies of what a tenant has in the bucket are kept.
std::string cache_of(std::int64_t tenant) { return "cache/" + std::to_string(tenant); }

/// The copy of what is in the bucket under this name.
std::string cached_path(std::int64_t tenant, const std::string& path) {
    return cache_of(tenant) + path.substr(path.rfind('/'));
}

template <class Query>
Query to_be_moved(sdk::id tenant, storage_place to) {
    const auto there = Query::tenant == tenant.number();
    if (to == storage_place::local) return there && Query::place == s3_place_name;
    return there && Query::place == local_place &&
           (Query::state == std::string(name_of(file_state::ready)) ||
            Query::state == std::string(name_of(file_state::kept)));
}

std::int64_t count_of(odb::database& db, const count_query& wanted) { return db.query_value<file_count>(wanted).count; }

sdk::error not_set() { return sdk::conflict("storage_not_set", "attachments.s3_endpoint and s3_bucket say nowhere."); }

}  // namespace

sdk::task<> call_placing(sdk::scope where, std::int64_t at, std::string why) {
    const sdk::json::object nothing;
    co_await where.schedule("place", at, nothing, why + ":" + where.tenant.text());
}

sdk::task<> wake_placing(sdk::scope where) {
    if (where.settings<settings>()->storage == storage_place::s3) co_await call_placing(where, sdk::now(), "bring");
}

sdk::task<std::string> local_path(sdk::scope where, house& in, file_row row) {
    if (is_local(row)) co_return row.path;
    const auto here = where.settings<settings>();
    co_return co_await sdk::aside([&]() -> sdk::result<std::string> {
        const auto path = cached_path(row.tenant, row.path);
        if (in.store.size_of(path) == row.bytes) {
            in.store.touch(path);
            return path;
        }
        const auto part = cache_of(row.tenant) + "/part-" + sdk::next_id().text();
        const auto sum = in.s3(*here).get(row.path, part);
        if (!sum || (!row.sha256.empty() && *sum != row.sha256)) {
            (void)in.store.remove(part);
            if (!sum) return sum.error();
            sdk::log::warning("what came from the S3 store is not what was put there", {{"file", row.id}});
            return sdk::unavailable("storage_failed", "The file is not within reach now; try again.");
        }
        if (auto put = in.store.take(part, path); !put) return put.error();
        return path;
    });
}

sdk::task<fetched_file> placing::fetch(sdk::call call, one_file in) const {
    const auto row = co_await call.storage([&](odb::database& db) { return require_file(db, call.tenant, in.file); });
    const auto path = co_await local_path(call, in_, *row);
    co_return fetched_file{in.file, path, row->bytes};
}

sdk::task<sdk::reply> placing::serve(sdk::scope where, file_row row, sdk::sent_file how, std::string method) const {
    const auto here = where.settings<settings>();
    if (here->s3_serve == s3_way::through) {
        how.path = co_await local_path(where, in_, row);
        co_return sdk::reply::send(how);
    }
    auto made = sdk::reply::to(in_.s3(*here).address_of(
        row.path, {disposition_of(how.attachment, how.name), how.type, method}, here->s3_url_seconds));
    made.headers["Cache-Control"] = "private, no-store";
    co_return made;
}

sdk::task<bool> placing::move_one(sdk::scope where, sdk::id file, storage_place to) {
    const auto here = where.settings<settings>();
    const auto row = co_await where.storage([&](odb::database& db) {
        auto found = find_file(db, where.tenant, file);
        if (found == nullptr || found->place == name_of(to)) return file_ptr();
        if (found->bound.empty()) {
            found->bound = name_of(to);
            found->bound_path = fresh_path(*found);
            db.update(*found);
        }
        return found;
    });
    if (row == nullptr) co_return false;
    co_await sdk::aside([&]() -> sdk::result<void> {
        const auto store = in_.s3(*here);
        if (to == storage_place::s3) {
            const auto sum = in_.store.sha256_of(row->path);
            if (!sum) return sum.error();
            if (*sum != row->sha256)
                return sdk::failed("the content of file " + file.text() + " has changed on the disk; it is not moved");
            if (auto put = store.put(row->path, row->bound_path, row->bytes); !put) return put;
            const auto there = store.size_of(row->bound_path);
            if (!there) return there.error();
            if (*there == row->bytes) return {};
            return sdk::unavailable("storage_failed", "The store does not have what it was given.");
        }
        const auto part = "incoming/moved-" + sdk::next_id().text();
        const auto sum = store.get(row->path, part);
        if (!sum || *sum != row->sha256) {
            (void)in_.store.remove(part);
            if (!sum) return sum.error();
            return sdk::failed("the content of file " + file.text() + " has changed in the store; it is not moved");
        }
        return in_.store.take(part, row->bound_path);
    });
    co_return co_await where.storage([&](odb::database& db) {
        auto found = find_file(db, where.tenant, file);
        // Deleted or changed meanwhile; what came too late for that to take along goes now.
        if (found == nullptr || found->bound != name_of(to) || found->bound_path != row->bound_path) {
            doom(db, {row->tenant, row->bound, row->bound_path});
            return false;
        }
        doom(db, {found->tenant, found->place, found->path, sdk::now() + grace});
        found->place = found->bound;
        found->path = found->bound_path;
        found->bound.clear();
        found->bound_path.clear();
        db.update(*found);
        return true;
    });
}

sdk::task<moved_files> placing::stretch(sdk::scope where, storage_place to) {
    const auto end = std::chrono::steady_clock::now() + one_stretch;
    moved_files made;
    std::int64_t after = 0;
    std::optional<sdk::error> failed;
    while (std::chrono::steady_clock::now() < end && !failed) {
        const auto some = co_await where.storage([&](odb::database& db) {
            return all_of<file_row>(db, (to_be_moved<file_query>(where.tenant, to) && file_query::id > after) +
                                            "ORDER BY" + file_query::id + "LIMIT " + std::to_string(in_one_look));
        });
        if (some.empty()) break;
        for (const auto& one : some) {
            after = one->id;
            const auto done = co_await move_one(where, sdk::id(one->id), to).as_result();
            if (!done && done.error().status == PARLEY_UNAVAILABLE) {
                failed = done.error();  // the store, and not this file
                break;
            }
            if (!done) sdk::log::warning("a file is not moved", {{"why", done.error().sentence}});
            if (!done || !*done) continue;
            ++made.moved;
            made.bytes += one->bytes;
            if (std::chrono::steady_clock::now() >= end) break;
        }
    }
    if (made.moved > 0) co_await call_placing(where, sdk::now() + grace, "later");
    if (failed && made.moved == 0) co_return *failed;
    co_await where.storage([&](odb::database& db) {
        made.left = count_of(db, to_be_moved<count_query>(where.tenant, to));
        if (to == storage_place::s3)
            made.unchecked =
                count_of(db, count_query::tenant == where.tenant.number() && count_query::place == local_place) -
                made.left;
    });
    made.done = made.left == 0;
    co_return made;
}

sdk::task<moved_files> placing::move(sdk::call call, move_request in) {
    const auto here = call.settings<settings>();
    if (!s3_place::of(*here).is_set()) co_return not_set();
    if (here->storage != in.to)
        co_return sdk::conflict("storage_elsewhere", "attachments.storage says otherwise in this tenant: set it to " +
                                                         name_of(in.to) + " first, and reload.");
    if (!in_.moving.lock(call.tenant))
        co_return sdk::conflict("moving_already", "Files of this tenant are being moved just now.");
    const auto made = co_await stretch(call, in.to).as_result();
    in_.moving.unlock(call.tenant);
    co_return made;
}

sdk::task<> placing::run(sdk::call call) {
    co_await messages_.bury_here(call);
    const auto here = call.settings<settings>();
    if (!s3_place::of(*here).is_set()) co_return;
    sdk::widen_aside(threads);
    co_await drop_copies(call);
    if (!in_.moving.lock(call.tenant)) co_return;
    const auto buried = co_await bury_remote(call).as_result();
    auto made = here->storage == storage_place::s3 && buried ? co_await stretch(call, storage_place::s3).as_result()
                                                             : sdk::result<moved_files>(moved_files{.done = true});
    in_.moving.unlock(call.tenant);
    // Tried again with the next minute; the log has said why.
    if (made && made->moved > 0 && !made->done) co_await wake_placing(call);
}

sdk::task<> placing::bury_remote(sdk::scope where) const {
    const auto here = where.settings<settings>();
    for (;;) {
        const auto some =
            co_await where.storage([&](odb::database& db) { return doomed_of(db, where.tenant, s3_place_name); });
        if (some.empty()) co_return;
        co_await sdk::aside([&]() -> sdk::result<void> {
            const auto store = in_.s3(*here);
            for (const auto& one : some) {
                (void)in_.store.remove(cached_path(one->tenant, one->path));
                if (auto gone = store.remove(one->path); !gone) return gone;
            }
            return {};
        });
        co_await where.storage([&](odb::database& db) {
            for (const auto& one : some) db.erase_query<doomed_row>(odb::query<doomed_row>::id == one->id);
        });
    }
}

sdk::task<> placing::drop_copies(sdk::scope where) const {
    const auto old = where.settings<settings>()->s3_cache_minutes * minute;
    co_await sdk::aside([&] {
        const auto now =
            std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
                .count();
        std::vector<std::string> over;
        in_.store.each(cache_of(where.tenant.number()), [&](const std::string& path, std::int64_t changed) {
            if (changed < now - old) over.push_back(path);
        });
        for (const auto& one : over) (void)in_.store.remove(one);
    });
}

}  // namespace attachments
