// For plugins that read a file's content: where it is on the disk, also when it is kept elsewhere.
#pragma once

#include <parley/plugin.hpp>

#include "attachments/contract.hpp"

namespace attachments {

/// The same with a path, in attachments' files folder, that is there for a while. Ends with the error when the content
/// is out of reach.
[[nodiscard]] inline sdk::task<file_facts> on_disk(sdk::scope where, file_facts file) {
    if (!file.path.empty()) co_return file;
    const one_file which{file.file};
    const auto brought = co_await where.service<fetched_file>("attachments.fetch/1", which);
    file.path = brought.path;
    co_return file;
}

}  // namespace attachments
