// Files in messages: what a client may say of them, who waits for them, and what goes with a message.
#pragma once

#include <parley/storage.hpp>

#include "checking.hpp"
#include "settings.hpp"

namespace attachments {

class messages {
public:
    messages(house& in, checking& gates) : in_(in), gates_(gates) {}

    /// Whatever a client says of a file besides its id is replaced by what is known; of an edit all of it.
    [[nodiscard]] sdk::task<sdk::amendment> fill(sdk::kept_draft);
    [[nodiscard]] sdk::task<sdk::amendment> keep(sdk::kept_draft);
    /// Refuses what is not the author's to send here, holds what is not ready.
    [[nodiscard]] sdk::task<sdk::send_verdict> judge(sdk::kept_draft);
    [[nodiscard]] sdk::task<sdk::verdict> judge_edit(sdk::kept_draft);

    /// After the commit. Each may come twice.
    [[nodiscard]] sdk::task<> was_published(sdk::event);
    [[nodiscard]] sdk::task<> was_held(sdk::event);
    [[nodiscard]] sdk::task<> was_edited(sdk::event);
    /// A file is gone: its name is not to stay in its message.
    [[nodiscard]] sdk::task<> was_removed(sdk::event);
    [[nodiscard]] sdk::task<> was_rejected(sdk::event);
    [[nodiscard]] sdk::task<> was_deleted(sdk::event);
    [[nodiscard]] sdk::task<> is_gone(sdk::event);
    [[nodiscard]] sdk::task<> lost_its_conversation(sdk::event);

    /// Takes blobs off the disk whose rows are gone, and has the job do the same in the bucket.
    [[nodiscard]] sdk::task<> bury(sdk::scope);
    /// Of those alone that are on the disk.
    [[nodiscard]] sdk::task<> bury_here(sdk::scope);

private:
    [[nodiscard]] sdk::task<> link(sdk::event, bool is_published);
    [[nodiscard]] static sdk::task<> take_back(sdk::scope, sdk::id message, sdk::id file);
    [[nodiscard]] static sdk::task<> take_back_gone(sdk::event, sdk::id message, std::vector<sdk::id> files);

    house& in_;
    checking& gates_;
};

}  // namespace attachments
