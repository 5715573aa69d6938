// Row first, then the blob, then everybody: a crash in between leaves nothing that the next start does not see.
#include "receiving.hpp"

#include <parley/aside.hpp>

#include "entities-odb.hpp"
#include "gates.hpp"
#include "names.hpp"
#include "placing.hpp"
#include "policy.hpp"
#include "rows.hpp"

namespace attachments {
namespace {

/// Up to here a file is read through before its upload is answered.
constexpr std::int64_t read_at_once = std::int64_t{16} * 1024 * 1024;

using upload_query = odb::query<upload_row>;

/// A version is shown where its first one is.
sdk::result<void> join_versions(odb::database& db, file_row& row, sdk::id first) {
    const auto root =
        require_first_version(db, {sdk::id(row.tenant), sdk::id(row.uploader), sdk::id(row.conversation)}, first);
    if (!root) return root.error();
    row.version_of = (*root)->id;
    row.version = versions_of(db, **root).back()->version + 1;
    row.message = (*root)->message;
    row.published = (*root)->published;
    return {};
}

}  // namespace

struct receiving::judged {
    arrived from;
    file_row row;
};

sdk::result<std::shared_ptr<file_row>> require_first_version(odb::database& db, const uploader_in& by, sdk::id file) {
    auto root = find_file(db, by.tenant, file);
    const bool is_its = root != nullptr && root->conversation == by.conversation.number() &&
                        root->uploader == by.user.number() && root->version_of == 0;
    if (!is_its) return no_such_file();
    if (state_of(*root) != file_state::ready)
        return sdk::conflict("file_not_ready", "Only a file that is ready can have a newer version.");
    return root;
}

std::string incoming_path(sdk::id upload) { return "incoming/" + upload.text(); }

bool end_reservation(odb::database& db, sdk::id tenant, sdk::id upload) {
    const auto row =
        db.query_one<upload_row>(upload_query::id == upload.number() && upload_query::tenant == tenant.number());
    if (row == nullptr) return false;
    book(db, holder_of(*row), {}, {-row->bytes, -row->files});
    db.erase<upload_row>(row->id);
    return true;
}

sdk::task<taken_files> receiving::take(sdk::call call, destination to, std::vector<arrived> files) {
    taken_files made;
    auto all = co_await judge(call, to, std::move(files), made.refused);
    if (all.empty()) {
        co_await forget(call, to.upload);
        if (made.refused.empty()) co_return sdk::invalid("file", "file_missing", "There is no file in the request.");
        co_return sdk::invalid("file", made.refused.front().code, made.refused.front().sentence);
    }
    const auto entered = co_await enter(call, to, all).as_result();
    if (!entered) {
        co_await sdk::aside([&] {
            for (const auto& one : all) (void)in_.store.remove(one.from.path);
        });
        co_await forget(call, to.upload);
        co_return entered.error();
    }
    co_await put_away(call, all);
    co_await tell(call, all);
    for (const auto& one : all) made.files.push_back(show(one.row, call.user));
    co_return made;
}

sdk::task<std::vector<receiving::judged>> receiving::judge(sdk::call call, const destination& to,
                                                           std::vector<arrived> files,
                                                           std::vector<refused_file>& refused) {
    const auto here = call.settings<settings>();
    auto asked = (co_await call.providers(gate_service)).plugins;
    for (const auto& one : (co_await call.providers(cleaner_service)).plugins)
        asked.push_back(std::string(cleaner_mark) + one);
    const auto gates = in_order(std::move(asked));
    std::vector<judged> all;
    co_await sdk::aside([&] {
        for (auto& one : files) {
            const auto name = clean_name(one.name);
            const auto looks = in_.types.type_of(in_.store.beginning_of(one.path, sniffer::most));
            const auto is = judge_type(looks, name, one.bytes, *here);
            if (!is) {
                in_.count.refused.add();
                refused.push_back({name, is.error().code, is.error().sentence});
                (void)in_.store.remove(one.path);
                continue;
            }
            judged made{std::move(one), {}};
            auto& row = made.row;
            row.id = (made.from.file ? made.from.file : sdk::next_id()).number();
            row.tenant = call.tenant.number();
            row.conversation = to.conversation.number();
            row.model = call.model;
            row.uploader = call.user.number();
            row.name = name;
            row.type = is->type;
            row.category = name_of(is->category);
            row.bytes = made.from.bytes;
            row.gates = gates;
            row.created = sdk::now();
            row.state = name_of(file_state::uploading);
            row.path = "blobs/" + call.tenant.text() + "/" +
                       folders_by(is_template(here->path_template) ? here->path_template : "{conversation}",
                                  {.tenant = call.tenant_name,
                                   .model = call.model,
                                   .conversation = to.conversation.text(),
                                   .category = row.category,
                                   .date = day_of(row.created)}) +
                       "/" + std::to_string(row.id);
            all.push_back(std::move(made));
        }
    });
    co_return all;
}

sdk::task<> receiving::enter(sdk::call call, const destination& to, std::vector<judged>& all) {
    const auto here = call.settings<settings>();
    co_await call.storage([&](odb::database& db) -> sdk::result<void> {
        end_reservation(db, call.tenant, to.upload);
        amount more{};
        for (const auto& one : all) more = {more.bytes + one.row.bytes, more.files + 1};
        const holder who{call.tenant.number(), call.model, call.user.number()};
        // What was reserved has just become free, so this only fails when more came than was said.
        if (auto fits = require_room(usage_of(db, who, *here), more); !fits) return fits;
        for (auto& one : all) {
            if (to.version_of)
                if (auto joined = join_versions(db, one.row, *to.version_of); !joined) return joined;
            db.persist(one.row);
        }
        book(db, who, more, {});
        return {};
    });
}

sdk::task<> receiving::put_away(sdk::call call, std::vector<judged>& all) {
    const auto done = co_await sdk::aside([&]() -> sdk::result<void> {
                          for (auto& one : all) {
                              if (auto taken = in_.store.take(one.from.path, one.row.path); !taken) return taken;
                              if (one.row.bytes > read_at_once) continue;
                              auto sum = in_.store.sha256_of(one.row.path);
                              if (!sum) return sum.error();
                              one.row.sha256 = *sum;
                          }
                          return {};
                      }).as_result();
    if (done) co_return;
    co_await sdk::aside([&] {
        for (const auto& one : all) (void)in_.store.remove(one.from.path);
    });
    co_await call.storage([&](sdk::transaction& t) {
        for (const auto& one : all) remove_file(t, one.row, false);
    });
    co_await sdk::error(done.error());
}

sdk::task<> receiving::tell(sdk::call call, std::vector<judged>& all) {
    co_await call.storage([&](sdk::transaction& t) {
        for (auto& one : all) {
            const auto row = find_file(t.db(), call.tenant, sdk::id(one.row.id));
            if (row == nullptr) continue;  // its conversation has just gone
            const auto before = state_of(*row);
            row->sha256 = one.row.sha256;
            const bool is_through = row->gates.empty() && !row->sha256.empty();
            set_state(*row, is_through ? file_state::ready : file_state::checking);
            row->check_at = is_through ? 0 : sdk::now();
            store_change(t, *row, before);
            one.row = *row;
        }
    });
    for (const auto& one : all) {
        in_.count.taken.add();
        in_.count.bytes.add(static_cast<double>(one.row.bytes));
        if (one.row.check_at != 0) co_await gates_.begin(call, sdk::id(one.row.id));
    }
    co_await wake_placing(call);
}

sdk::task<> receiving::forget(sdk::scope where, sdk::id upload) {
    const auto ended =
        co_await where.storage([&](odb::database& db) { (void)end_reservation(db, where.tenant, upload); }).as_result();
    co_await sdk::aside([&] { (void)in_.store.remove(incoming_path(upload)); });
    if (ended) co_return;
    // Where the disk that is full has the rows, too.
    sdk::log::warning("what was reserved for an upload is given back later", {{"code", ended.error().code}});
    in_.unended.add(where.tenant, upload);
}

}  // namespace attachments
