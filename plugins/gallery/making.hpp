// From files that are ready to thumbnails, one after the other; and what is taken out of files before they are ready.
#pragma once

#include <parley/storage.hpp>

#include <atomic>

#include "attachments/contract.hpp"
#include "picture.hpp"
#include "rows.hpp"
#include "watchdog.hpp"

namespace gallery {

struct numbers {
    sdk::counter made;
    sdk::counter failed;
    sdk::counter cleaned;
    sdk::histogram seconds;
    sdk::gauge waiting;
};

class maker {
public:
    /// What a camera wrote is kept, and is to go from the file.
    [[nodiscard]] sdk::task<attachments::file_cleaned> clean(sdk::call, attachments::file_to_check) const;

    /// It is another one than before, in whatever way.
    [[nodiscard]] sdk::task<> look_at(sdk::scope, sdk::id file) const;
    /// Nothing of it stays.
    [[nodiscard]] sdk::task<> forget(sdk::scope, sdk::id file) const;

    /// A job: makes what is due, for a while.
    [[nodiscard]] sdk::task<> make(sdk::call);
    /// A job: finds files that were there before, and what a crash has left.
    [[nodiscard]] sdk::task<> sweep(sdk::call) const;
    /// At the start of the process: what another one had begun is due at once.
    [[nodiscard]] sdk::task<> recover() const;

    [[nodiscard]] bool hangs() const { return dog_.hangs(); }
    void stop() { dog_.stop(); }

    numbers count;

private:
    [[nodiscard]] sdk::task<> make_some(sdk::call);
    [[nodiscard]] sdk::task<> make_one(sdk::call, item_row);
    [[nodiscard]] sdk::task<bool> had_to_be_cleaned(sdk::call, attachments::file_facts) const;
    [[nodiscard]] sdk::result<picture> read(const attachments::file_facts&, sdk::id tenant, const settings&);

    watchdog dog_;
    std::atomic<bool> busy_{false};
};

}  // namespace gallery
