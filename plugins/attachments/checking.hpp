// Gates are asked, one after the other; when the last has passed a file, messages that wait for it go on.
#pragma once

#include <parley/storage.hpp>

#include "attachments/contract.hpp"
#include "entities.hpp"
#include "house.hpp"

namespace attachments {

class checking {
public:
    explicit checking(house& in) : in_(in) {}

    /// The job of one file: reads it through, asks the next gate, and so on until there is nothing to ask. A gate that
    /// does not answer is asked again later, by the same job.
    [[nodiscard]] sdk::task<> run(sdk::call, one_file);
    /// Has run() called soon.
    [[nodiscard]] sdk::task<> begin(sdk::scope, sdk::id file) const;
    /// The job of a tenant: what was left lying by a crash.
    [[nodiscard]] sdk::task<> go_over(sdk::call);

    [[nodiscard]] sdk::task<file_now> hear(sdk::call, file_said);
    [[nodiscard]] sdk::task<file_now> recheck(sdk::call, file_recheck);

    /// Decides about a message that this plugin holds, if all of its files are through.
    [[nodiscard]] sdk::task<> settle(sdk::scope, sdk::id message) const;

private:
    [[nodiscard]] sdk::task<> read_through(sdk::scope, sdk::id file) const;
    [[nodiscard]] sdk::task<> finish(sdk::scope, sdk::id file) const;
    [[nodiscard]] sdk::task<file_row> apply(sdk::scope, file_said);
    /// Asks the gate that is next, and stores what it says; an error when it does not answer.
    [[nodiscard]] sdk::task<file_row> ask(sdk::scope there, file_row);
    [[nodiscard]] sdk::task<> change(sdk::scope, file_row, std::string from, file_cleaned) const;
    [[nodiscard]] sdk::task<> put_off(sdk::scope, sdk::id file) const;

    house& in_;
};

}  // namespace attachments
