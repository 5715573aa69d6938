// Attachments: files in conversations, checked before anybody sees them.
#include <parley/storage.hpp>
#include <parley/web_files.hpp>

#include "checking.hpp"
#include "house.hpp"
#include "messages.hpp"
#include "placing.hpp"
#include "reading.hpp"
#include "receiving.hpp"
#include "serving.hpp"
#include "sweeping.hpp"
#include "tus.hpp"
#include "uploads.hpp"

namespace attachments {
namespace {

const std::string one_path = "/api/v1/files/{file}";
const std::string uploads_path = "/api/v1/conversations/{conversation}/uploads";

class plugin : public sdk::with_web_piece {
public:
    void setup(sdk::registry<plugin>& on) {
        offer_web_piece(on, {.plugin = "attachments", .style = true});
        read_and_delete(on);
        move_bytes(on);
        on.amend("message.send", &plugin::fill);
        on.check("message.send", &plugin::judge);
        on.amend("message.edit", &plugin::keep);
        on.check("message.edit", &plugin::judge_edit);
        hear(on);
        on.service("attachments.file/1", &plugin::facts);
        on.service("attachments.files/1", &plugin::page);
        on.service("attachments.may_see/1", &plugin::if_seen);
        on.service("attachments.fetch/1", &plugin::fetch);
        on.service("attachments.verdict/1", &plugin::verdict);
        on.service("attachments.recheck/1", &plugin::recheck);
        on.job("check", {.every = {}, .lease = std::chrono::minutes(10), .most_tries = 0}, &plugin::check);
        on.job("settle", {.every = std::chrono::minutes(1), .lease = std::chrono::minutes(5), .most_tries = 0},
               &plugin::go_over);
        on.job("sweep", {.every = std::chrono::minutes(1), .lease = std::chrono::minutes(10), .most_tries = 0},
               &plugin::sweep);
        on.job("place", {.every = std::chrono::minutes(1), .lease = std::chrono::minutes(10), .most_tries = 0},
               &plugin::place);
        on.health(&plugin::health);
        count(on);
    }

    void start() { sdk::spawn(sweeping_.recover()); }

private:
    void read_and_delete(sdk::registry<plugin>& on) {
        const std::map<std::string, std::string> fields{
            {"conversation", "The conversation's id."},
            {"file", "The file's id."},
            {"category", "Only these: image, document, video, audio or other."},
            {"mine", "Only one's own, in every state; otherwise what everybody sees."},
            {"state", "Only those in this state; other states than ready with `mine` alone."},
            {"before", "Older ones than this file; the newest come first."},
            {"limit", "How many at most; 50 when it is not said."}};
        on.command("file.list", "attachments.see",
                   {"GET", "/api/v1/conversations/{conversation}/files", "The files of a conversation.", fields},
                   &plugin::list);
        on.command("file.get", "attachments.see", {"GET", one_path, "What is known of a file.", fields}, &plugin::get);
        on.command("file.versions", "attachments.see",
                   {"GET", one_path + "/versions", "A file and its newer versions.", fields}, &plugin::versions);
        on.command("file.delete", "attachments.upload",
                   {"DELETE", one_path, "Deletes a file of one's own; its message stays.", fields}, &plugin::remove);
        on.command("file.delete_other", "attachments.delete_others",
                   {"DELETE", one_path + "/any", "Deletes somebody's file; its message stays.", fields},
                   &plugin::remove);
        on.command("file.usage", "attachments.upload",
                   {"GET", "/api/v1/file-usage", "How much room one's own files take.", fields}, &plugin::own_usage);
        on.command("files.usage", "attachments.usage",
                   {"GET", "/api/v1/file-usage/all", "How much room the tenant's files take.", fields},
                   &plugin::tenant_usage);
    }

    void move_bytes(sdk::registry<plugin>& on) {
        const std::map<std::string, std::string> fields{
            {"conversation", "The conversation's id."},
            {"version_of", "The file of one's own of which this is a newer version."},
            {"file", "The file's id."},
            {"download", "To be kept and not to be shown, whatever it is."},
            {"upload", "The upload's id, which becomes the file's."},
            {"tus_resumable", "1.0.0"},
            {"upload_length", "How many bytes the whole has."},
            {"upload_offset", "Where this piece begins."},
            {"upload_metadata", "`filename` and `version_of`, as tus has it."}};
        const std::map<std::string, std::string> headers{{"tus_resumable", "Tus-Resumable"},
                                                         {"upload_length", "Upload-Length"},
                                                         {"upload_offset", "Upload-Offset"},
                                                         {"upload_metadata", "Upload-Metadata"}};
        const auto at = [&](const char* method, const std::string& path, const char* sentence, sdk::takes takes) {
            return sdk::transfer{.method = method,
                                 .path = path,
                                 .sentence = sentence,
                                 .fields = fields,
                                 .headers = headers,
                                 .takes = takes};
        };
        const auto& one_upload = uploads_path + "/{upload}";
        on.transfer(
            "file.upload", "attachments.upload",
            at("POST", "/api/v1/conversations/{conversation}/files", "Brings files, in a form.", sdk::takes::parts),
            &plugin::begin_upload, &plugin::end_upload);
        on.transfer("file.content", "attachments.see",
                    at("GET", one_path + "/content", "A file's content.", sdk::takes::nothing), &plugin::content);
        on.transfer("upload.options", "attachments.upload",
                    at("OPTIONS", uploads_path, "What of tus is spoken here.", sdk::takes::nothing),
                    &plugin::upload_options);
        on.transfer("upload.create", "attachments.upload",
                    at("POST", uploads_path, "Begins an upload that can be resumed (tus 1.0).", sdk::takes::bytes),
                    &plugin::create_upload, &plugin::upload_created);
        on.transfer("upload.append", "attachments.upload",
                    at("PATCH", one_upload, "Sends a piece of it.", sdk::takes::bytes), &plugin::append,
                    &plugin::appended);
        on.transfer("upload.state", "attachments.upload",
                    at("GET", one_upload, "How far it is; asked with HEAD.", sdk::takes::nothing),
                    &plugin::upload_state);
        on.transfer("upload.cancel", "attachments.upload",
                    at("DELETE", one_upload, "Ends it; nothing stays of it.", sdk::takes::nothing), &plugin::cancel);
        on.command("files.verify", "attachments.verify",
                   {"POST",
                    "/api/v1/file-verification",
                    "Compares all files with what is on the disk.",
                    {{"repair", "Removes what has no counterpart, rows and blobs."},
                     {"deep", "Reads every file through, too."}}},
                   &plugin::verify);
        on.command(
            "files.move", "attachments.verify",
            {"POST",
             "/api/v1/file-moves",
             "Brings all files to where the tenant's settings say, for some seconds; asked again until it is done.",
             {{"to", "`local` or `s3`."}}},
            &plugin::move);
    }

    void hear(sdk::registry<plugin>& on) {
        on.after("message.created", &plugin::was_published);
        on.after("message.held", &plugin::was_held);
        on.after("message.edited", &plugin::was_edited);
        on.after("file.removed", &plugin::was_removed);
        on.after("message.rejected", &plugin::was_rejected);
        on.after("message.withdrawn", &plugin::is_gone);
        on.after("message.deleted", &plugin::was_deleted);
        on.after("message.purged", &plugin::is_gone);
        on.after("conversation.deleted", &plugin::lost_its_conversation);
    }

    void count(sdk::registry<plugin>& on) {
        in_.count = {.taken = on.counter("taken", "Files that were taken."),
                     .refused = on.counter("refused", "Files that were refused."),
                     .bytes = on.counter("bytes", "Bytes of the files that were taken."),
                     .removed = on.counter("removed", "Files that were removed."),
                     .checked = on.counter("checked", "Questions to gates."),
                     .waiting = on.gauge("waiting", "Files that a gate should have answered for.")};
    }

    sdk::task<shown_files> list(sdk::call call, list_request in) { return reading_.list(std::move(call), in); }
    sdk::task<shown_file> get(sdk::call call, one_file in) { return reading_.get(std::move(call), in); }
    sdk::task<shown_files> versions(sdk::call call, one_file in) { return reading_.versions(std::move(call), in); }
    sdk::task<shown_file> remove(sdk::call call, one_file in) { return reading_.remove(std::move(call), in); }
    sdk::task<shown_usage> own_usage(sdk::call call) { return reading_.own_usage(std::move(call)); }
    sdk::task<usages> tenant_usage(sdk::call call) { return reading_.tenant_usage(std::move(call)); }

    sdk::task<sdk::amendment> fill(sdk::kept_draft draft) { return messages_.fill(std::move(draft)); }
    sdk::task<sdk::amendment> keep(sdk::kept_draft draft) { return messages_.keep(std::move(draft)); }
    sdk::task<sdk::send_verdict> judge(sdk::kept_draft draft) { return messages_.judge(std::move(draft)); }
    sdk::task<sdk::verdict> judge_edit(sdk::kept_draft draft) { return messages_.judge_edit(std::move(draft)); }

    sdk::task<> was_published(sdk::event event) { return messages_.was_published(std::move(event)); }
    sdk::task<> was_held(sdk::event event) { return messages_.was_held(std::move(event)); }
    sdk::task<> was_edited(sdk::event event) { return messages_.was_edited(std::move(event)); }
    sdk::task<> was_removed(sdk::event event) { return messages_.was_removed(std::move(event)); }
    sdk::task<> was_rejected(sdk::event event) { return messages_.was_rejected(std::move(event)); }
    sdk::task<> was_deleted(sdk::event event) { return messages_.was_deleted(std::move(event)); }
    sdk::task<> is_gone(sdk::event event) { return messages_.is_gone(std::move(event)); }
    sdk::task<> lost_its_conversation(sdk::event event) { return messages_.lost_its_conversation(std::move(event)); }

    sdk::task<file_facts> facts(sdk::call call, one_file in) { return reading_.facts(std::move(call), in); }
    sdk::task<files_page> page(sdk::call call, files_wanted in) { return reading_.page(std::move(call), in); }
    sdk::task<file_facts> if_seen(sdk::call call, one_file in) { return reading_.if_seen(std::move(call), in); }
    sdk::task<file_now> verdict(sdk::call call, file_said in) { return gates_.hear(std::move(call), std::move(in)); }
    sdk::task<file_now> recheck(sdk::call call, file_recheck in) {
        return gates_.recheck(std::move(call), std::move(in));
    }
    sdk::task<> check(sdk::call call, one_file in) { return gates_.run(std::move(call), in); }
    sdk::task<> go_over(sdk::call call) { return gates_.go_over(std::move(call)); }

    sdk::task<sdk::admission> begin_upload(sdk::call call, upload_request in, sdk::offered_body body) {
        return uploads_.begin(std::move(call), in, std::move(body));
    }
    sdk::task<sdk::reply> end_upload(sdk::call call, upload_request in, sdk::received what) {
        return uploads_.end(std::move(call), in, std::move(what));
    }
    sdk::task<sdk::reply> content(sdk::call call, content_request in, sdk::visitor by) {
        return serving_.content(std::move(call), in, std::move(by));
    }
    sdk::task<sdk::opening> create_upload(sdk::call call, creation in, sdk::offered_body body) {
        return tus_.create(std::move(call), std::move(in), std::move(body));
    }
    sdk::task<sdk::reply> upload_options(sdk::call call, only_where) { return tus_.options(std::move(call)); }
    sdk::task<sdk::reply> upload_created(sdk::call call, creation in, sdk::received what) {
        return tus_.created(std::move(call), std::move(in), std::move(what));
    }
    sdk::task<sdk::opening> append(sdk::call call, continuation in, sdk::offered_body body) {
        return tus_.append(std::move(call), std::move(in), std::move(body));
    }
    sdk::task<sdk::reply> appended(sdk::call call, continuation in, sdk::received what) {
        return tus_.appended(std::move(call), std::move(in), std::move(what));
    }
    sdk::task<sdk::reply> upload_state(sdk::call call, continuation in) {
        return tus_.state(std::move(call), std::move(in));
    }
    sdk::task<sdk::reply> cancel(sdk::call call, continuation in) {
        return tus_.cancel(std::move(call), std::move(in));
    }
    sdk::task<> place(sdk::call call) { return places_.run(std::move(call)); }
    sdk::task<moved_files> move(sdk::call call, move_request in) { return places_.move(std::move(call), in); }
    sdk::task<fetched_file> fetch(sdk::call call, one_file in) { return places_.fetch(std::move(call), in); }
    sdk::task<> sweep(sdk::call call) { return sweeping_.sweep(std::move(call)); }
    sdk::task<verified> verify(sdk::call call, verify_request in) { return sweeping_.verify(std::move(call), in); }

    sdk::result<void> health() {
        constexpr std::int64_t little = std::int64_t{256} * 1024 * 1024;
        if (!in_.types.works())
            return sdk::failed("libmagic has no database: every file looks like application/octet-stream");
        if (in_.store.free_bytes() < little) return sdk::failed("the disk for files is almost full");
        return {};
    }

    house in_{sdk::files_folder()};
    checking gates_{in_};
    messages messages_{in_, gates_};
    reading reading_{in_, messages_};
    placing places_{in_, messages_};
    serving serving_{reading_, places_};
    receiving receiving_{in_, gates_};
    uploads uploads_{in_, receiving_};
    tus tus_{in_, receiving_};
    sweeping sweeping_{in_, gates_, receiving_, messages_};
};

}  // namespace
}  // namespace attachments

PARLEY_PLUGIN(attachments::plugin);
