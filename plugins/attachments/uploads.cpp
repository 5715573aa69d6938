// What a request may bring is known, and reserved, before any of it is read.
#include "uploads.hpp"

#include <algorithm>

#include "entities-odb.hpp"
#include "policy.hpp"
#include "rows.hpp"

namespace attachments {
namespace {

constexpr std::int64_t most_open = 100;
constexpr std::int64_t spare_disk = std::int64_t{64} * 1024 * 1024;
constexpr std::int64_t minute = 60'000;
/// Boundaries and headers of a form, which count nobody.
constexpr std::int64_t wrapping = std::int64_t{64} * 1024;

bool is_over_all(std::int64_t length, std::int64_t most) { return length > most + wrapping; }

/// How many files the limits leave, at most `most`.
std::int64_t files_left(const usages& all, std::int64_t most) {
    for (const auto* one : {&all.tenant, &all.model, &all.user})
        if (one->most_files != 0) most = std::min(most, std::max<std::int64_t>(one->most_files - one->files, 0));
    return most;
}

sdk::id upload_in(const sdk::json::object& kept) {
    const auto* found = kept.if_contains("upload");
    if (found == nullptr || !found->is_string()) return {};
    return sdk::id::parse({found->get_string().data(), found->get_string().size()});
}

void warn_of_quota(sdk::transaction& t, const usages& before, const usages& now, sdk::id user) {
    if (now.user.warning && !before.user.warning) {
        const sdk::json::object said{{"used", now.user.bytes}, {"limit", now.user.most_bytes}};
        t.say("file.quota_warned", said, {.conversation = {}, .user = user, .message = {}});
    }
    if (now.tenant.warning && !before.tenant.warning)
        sdk::log::warning("the files of a tenant take 80 % of its room or more",
                          {{"bytes", now.tenant.bytes}, {"most", now.tenant.most_bytes}});
}

}  // namespace

sdk::task<granted_room> reserve(sdk::call call, house& in, wanted_room wanted) {
    using query = odb::query<upload_row>;
    const auto here = call.settings<settings>();
    if (in.store.free_bytes() < wanted.bytes + spare_disk)
        co_return sdk::unavailable("disk_full", "There is no room left for this on the server's disk.");
    const holder who{call.tenant.number(), call.model, call.user.number()};
    co_return co_await call.storage([&](sdk::transaction& t) -> sdk::result<granted_room> {
        auto& db = t.db();
        const auto open =
            all_of<upload_row>(db, query::tenant == call.tenant.number() && query::uploader == call.user.number());
        if (static_cast<std::int64_t>(open.size()) >= most_open)
            return sdk::limited("uploads_open", "Too many uploads of yours are not finished.");
        if (wanted.version_of)
            if (auto first =
                    require_first_version(db, {call.tenant, call.user, wanted.conversation}, *wanted.version_of);
                !first)
                return first.error();
        const auto before = usage_of(db, who, *here);
        if (auto fits = require_room(before, {wanted.bytes, 1}); !fits) return fits.error();
        const granted_room made{std::max(wanted.bytes, room_in(before, wanted.most_bytes)),
                                files_left(before, here->max_files_per_upload)};
        upload_row row;
        row.id = wanted.upload.number();
        row.tenant = call.tenant.number();
        row.conversation = wanted.conversation.number();
        row.model = call.model;
        row.uploader = call.user.number();
        row.kind = wanted.kind;
        row.name = wanted.name;
        row.version_of = wanted.version_of.value_or(sdk::id()).number();
        row.bytes = made.bytes;
        row.files = 1;
        row.path = incoming_path(wanted.upload);
        row.created = sdk::now();
        row.expires = row.created + here->upload_expiry_minutes * minute;
        db.persist(row);
        book(db, who, {}, {row.bytes, row.files});
        warn_of_quota(t, before, usage_of(db, who, *here), call.user);
        return made;
    });
}

sdk::task<sdk::admission> uploads::begin(sdk::call call, upload_request in, sdk::offered_body body) {
    const auto here = call.settings<settings>();
    const auto most_part = most_bytes(*here);
    const auto most = most_part * here->max_files_per_upload;
    if (is_over_all(body.length, most))
        co_return sdk::too_large("body_too_large",
                                 "One upload may have at most " + std::to_string(most) + " bytes here.");
    if (!in_.running.take(call.tenant, call.user, here->max_concurrent_uploads))
        co_return sdk::limited("uploads_at_once", "Too many uploads of yours run at the same time.");
    const auto needed = std::max<std::int64_t>(body.length - wrapping, 1);
    const auto wanted_most = body.length < 0 ? most : std::min(body.length, most);
    const wanted_room wanted{.kind = "parts",
                             .conversation = in.conversation,
                             .upload = sdk::next_id(),
                             .name = {},
                             .version_of = in.version_of,
                             .bytes = std::min(needed, wanted_most),
                             .most_bytes = wanted_most};
    const auto granted = co_await reserve(call, in_, wanted).as_result();
    if (!granted) {
        in_.running.leave(call.tenant, call.user);
        co_return granted.error();
    }
    sdk::admission made;
    made.folder = "incoming";
    made.most_bytes = granted->bytes;
    made.most_part_bytes = std::min(most_part, granted->bytes);
    made.most_parts = in.version_of ? 1 : granted->files;
    made.kept = {{"upload", wanted.upload.text()}};
    co_return made;
}

sdk::task<sdk::reply> uploads::end(sdk::call call, upload_request in, sdk::received what) {
    in_.running.leave(call.tenant, call.user);
    const auto upload = upload_in(what.kept);
    if (!what.complete) {
        co_await to_.forget(call, upload);
        co_return sdk::invalid("file", "upload_broken", "The upload did not arrive whole.");
    }
    std::vector<arrived> files;
    for (auto& one : what.parts) files.push_back({std::move(one.file), std::move(one.name), one.bytes, {}});
    const destination to{in.conversation, upload, in.version_of};
    const auto taken = co_await to_.take(call, to, std::move(files));
    co_return sdk::reply::of(taken, 201);
}

}  // namespace attachments
