// Attachments: files in conversations, checked before anybody sees them.
#include <parley/storage.hpp>

#include "checking.hpp"
#include "house.hpp"
#include "messages.hpp"
#include "reading.hpp"

namespace attachments {
namespace {

const std::string one_path = "/api/v1/files/{file}";

class plugin {
public:
    void setup(sdk::registry<plugin>& on) {
        read_and_delete(on);
        on.amend("message.send", &plugin::fill);
        on.check("message.send", &plugin::judge);
        on.amend("message.edit", &plugin::keep);
        on.check("message.edit", &plugin::judge_edit);
        hear(on);
        on.service("attachments.file/1", &plugin::facts);
        on.service("attachments.files/1", &plugin::page);
        on.service("attachments.may_see/1", &plugin::if_seen);
        on.service("attachments.verdict/1", &plugin::verdict);
        on.service("attachments.recheck/1", &plugin::recheck);
        on.job("check", {.every = {}, .lease = std::chrono::minutes(10), .most_tries = 0}, &plugin::check);
        on.job("settle", {.every = std::chrono::minutes(1), .lease = std::chrono::minutes(5), .most_tries = 0},
               &plugin::go_over);
        count(on);
    }

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
                   {"GET", "/api/v1/files/usage", "How much room one's own files take.", fields}, &plugin::own_usage);
        on.command("files.usage", "attachments.usage",
                   {"GET", "/api/v1/files/usage/all", "How much room the tenant's files take.", fields},
                   &plugin::tenant_usage);
    }

    void hear(sdk::registry<plugin>& on) {
        on.after("message.created", &plugin::was_published);
        on.after("message.held", &plugin::was_held);
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

    house in_{std::filesystem::temp_directory_path() / "parley-attachments"};
    checking gates_{in_};
    messages messages_{in_, gates_};
    reading reading_{in_, messages_};
};

}  // namespace
}  // namespace attachments

PARLEY_PLUGIN(attachments::plugin);
