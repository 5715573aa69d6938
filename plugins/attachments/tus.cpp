// The file on the disk is how far an upload is; the row is whose it is and how long it is to become.
#include "tus.hpp"

#include <parley/aside.hpp>

#include "entities-odb.hpp"
#include "names.hpp"
#include "policy.hpp"
#include "rows.hpp"
#include "tus_text.hpp"

namespace attachments {
namespace {

using upload_query = odb::query<upload_row>;

sdk::error no_such_upload() { return sdk::not_found("upload_unknown", "There is no such upload."); }

template <class In>
bool speaks_it(const In& in) {
    return in.tus_resumable && *in.tus_resumable == tus_version;
}

sdk::result<void> require_piece(const sdk::offered_body& body) {
    if (is_piece(body.type)) return {};
    return sdk::invalid("content_type", "content_type", "The body of a piece is " + std::string(tus_body) + ".");
}

struct said {
    std::string name;
    std::optional<sdk::id> version_of;
};

sdk::result<said> read_said(const creation& in) {
    const auto all = read_metadata(in.upload_metadata.value_or(sdk::text<4096>()));
    if (!all) return sdk::invalid("upload_metadata", "metadata_invalid", "Upload-Metadata cannot be read.");
    said made;
    for (const char* name : {"filename", "name"})
        if (const auto found = all->find(name); found != all->end() && made.name.empty()) made.name = found->second;
    made.name = clean_name(made.name);
    if (const auto found = all->find("version_of"); found != all->end()) {
        made.version_of = sdk::id::parse(found->second);
        if (!*made.version_of) return sdk::invalid("upload_metadata", "id_invalid", "version_of is the id of a file.");
    }
    return made;
}

sdk::reply bare(std::int64_t status) {
    sdk::reply made;
    made.status = status;
    made.headers["Tus-Resumable"] = tus_version;
    return made;
}

/// What tus has no error of ours for.
sdk::reply problem(std::int64_t status, const char* code, const char* sentence) {
    auto made = bare(status);
    made.json = {{"code", code}, {"detail", sentence}};
    return made;
}

sdk::reply other_version() {
    auto made = problem(412, "tus_version", "This is tus 1.0.0: say Tus-Resumable: 1.0.0.");
    made.headers["Tus-Version"] = tus_version;
    return made;
}

sdk::reply locked() { return problem(423, "upload_locked", "Somebody else is sending a piece of it."); }

sdk::id upload_in(const sdk::json::object& kept) {
    const auto* found = kept.if_contains("upload");
    if (found == nullptr || !found->is_string()) return {};
    return sdk::id::parse({found->get_string().data(), found->get_string().size()});
}

std::string place_of(const upload_row& row) {
    return "/api/v1/conversations/" + std::to_string(row.conversation) + "/uploads/" + std::to_string(row.id);
}

std::shared_ptr<upload_row> find(odb::database& db, sdk::id tenant, sdk::id upload) {
    return db.query_one<upload_row>(upload_query::id == upload.number() && upload_query::tenant == tenant.number() &&
                                    upload_query::kind == "tus");
}

}  // namespace

sdk::task<sdk::reply> tus::options(sdk::call call) const {
    auto made = bare(204);
    made.headers["Tus-Version"] = tus_version;
    made.headers["Tus-Extension"] = tus_extensions;
    made.headers["Tus-Max-Size"] = std::to_string(most_bytes(*call.settings<settings>()));
    co_return made;
}

sdk::task<sdk::opening> tus::create(sdk::call call, creation in, sdk::offered_body body) {
    if (!speaks_it(in)) co_return other_version();
    if (!in.upload_length)
        co_return sdk::invalid("upload_length", "length_needed", "Say Upload-Length: how long the file will be.");
    const std::int64_t length = *in.upload_length;
    const auto here = call.settings<settings>();
    if (length > most_bytes(*here))
        co_return sdk::too_large("file_too_large",
                                 "One file may have at most " + std::to_string(most_bytes(*here)) + " bytes here.");
    const auto is = co_await read_said(in);
    if (body.length != 0 && !body.type.empty()) co_await require_piece(body);
    if (!in_.running.take(call.tenant, call.user, here->max_concurrent_uploads))
        co_return sdk::limited("uploads_at_once", "Too many uploads of yours run at the same time.");
    const wanted_room wanted{.kind = "tus",
                             .conversation = in.conversation,
                             .upload = sdk::next_id(),
                             .name = is.name,
                             .version_of = is.version_of,
                             .bytes = length,
                             .most_bytes = length};
    const auto granted = co_await reserve(call, in_, wanted).as_result();
    if (!granted) {
        in_.running.leave(call.tenant, call.user);
        co_return granted.error();
    }
    (void)in_.running.lock(wanted.upload);
    sdk::admission made;
    made.most_bytes = length;
    made.append_to = incoming_path(wanted.upload);
    made.kept = {{"upload", wanted.upload.text()}};
    co_return made;
}

sdk::task<sdk::reply> tus::created(sdk::call call, creation in, sdk::received what) {
    const auto upload = upload_in(what.kept);
    in_.running.leave(call.tenant, call.user);
    in_.running.unlock(upload);
    const continuation which{in.conversation, upload, in.tus_resumable, {}};
    const auto row = co_await require(call, which);
    // Also when the body broke off: what came can be gone on with.
    auto made = co_await answer(call, row, 201);
    made.headers["Location"] = place_of(row);
    co_return made;
}

sdk::task<upload_row> tus::require(sdk::call call, continuation in) const {
    const auto row = co_await call.storage([&](odb::database& db) { return find(db, call.tenant, in.upload); });
    const bool is_theirs = row != nullptr && row->uploader == call.user.number() &&
                           row->conversation == in.conversation.number() && row->expires > sdk::now();
    if (!is_theirs) co_return no_such_upload();
    co_return *row;
}

sdk::task<std::int64_t> tus::offset_of(upload_row row) const {
    co_return co_await sdk::aside([&] { return in_.store.size_of(row.path).value_or(0); });
}

sdk::task<sdk::opening> tus::append(sdk::call call, continuation in, sdk::offered_body body) {
    if (!speaks_it(in)) co_return other_version();
    co_await require_piece(body);
    if (!in.upload_offset)
        co_return sdk::invalid("upload_offset", "offset_needed", "Say Upload-Offset: where the piece begins.");
    const auto row = co_await require(call, in);
    const auto here = call.settings<settings>();
    if (!in_.running.take(call.tenant, call.user, here->max_concurrent_uploads))
        co_return sdk::limited("uploads_at_once", "Too many uploads of yours run at the same time.");
    const bool is_free = in_.running.lock(in.upload);
    const auto at = is_free ? co_await offset_of(row) : 0;
    if (is_free && at == *in.upload_offset) {
        sdk::admission made;
        made.most_bytes = row.bytes - at;
        made.append_to = row.path;
        made.at = at;
        made.kept = {{"upload", in.upload.text()}};
        co_return made;
    }
    in_.running.leave(call.tenant, call.user);
    if (!is_free) co_return locked();
    in_.running.unlock(in.upload);
    co_return sdk::conflict("offset_wrong", "The upload is not that far.");
}

sdk::task<sdk::reply> tus::appended(sdk::call call, continuation in, sdk::received) {
    in_.running.leave(call.tenant, call.user);
    in_.running.unlock(in.upload);
    const auto row = co_await require(call, in);
    co_return co_await answer(call, row, 204);
}

sdk::task<sdk::reply> tus::state(sdk::call call, continuation in) {
    if (!speaks_it(in)) co_return other_version();
    const auto row = co_await require(call, in).as_result();
    if (row) {
        auto made = co_await answer(call, *row, 200);
        made.headers["Cache-Control"] = "no-store";
        co_return made;
    }
    // The answer to the last piece may have been lost: it is a file by now.
    const auto file = co_await call.storage([&](odb::database& db) { return find_file(db, call.tenant, in.upload); });
    if (file == nullptr || file->uploader != call.user.number() || file->conversation != in.conversation.number())
        co_return row.error();
    auto made = bare(200);
    made.headers["Upload-Offset"] = made.headers["Upload-Length"] = std::to_string(file->bytes);
    made.headers["X-Parley-File"] = in.upload.text();
    made.headers["Cache-Control"] = "no-store";
    co_return made;
}

sdk::task<sdk::reply> tus::cancel(sdk::call call, continuation in) {
    if (!speaks_it(in)) co_return other_version();
    const auto row = co_await require(call, in);
    if (!in_.running.lock(in.upload)) co_return locked();
    co_await to_.forget(call, in.upload);
    in_.running.unlock(in.upload);
    co_return bare(204);
}

sdk::task<sdk::reply> tus::answer(sdk::call call, upload_row row, std::int64_t status) {
    const auto at = co_await offset_of(row);
    auto made = bare(status);
    made.headers["Upload-Offset"] = std::to_string(at);
    made.headers["Upload-Length"] = std::to_string(row.bytes);
    made.headers["Upload-Expires"] = http_date(row.expires);
    const sdk::id upload(row.id);
    if (at != row.bytes || !in_.running.lock(upload)) co_return made;
    if (at == 0) co_await sdk::aside([&] { (void)in_.store.make_empty(row.path); });
    destination to{sdk::id(row.conversation), upload, {}};
    if (row.version_of != 0) to.version_of = sdk::id(row.version_of);
    std::vector<arrived> whole;
    whole.push_back({row.path, row.name, row.bytes, upload});
    const auto taken = co_await to_.take(call, to, std::move(whole)).as_result();
    in_.running.unlock(upload);
    if (!taken) co_return taken.error();
    made.headers.erase("Upload-Expires");
    made.headers["X-Parley-File"] = upload.text();
    co_return made;
}

}  // namespace attachments
