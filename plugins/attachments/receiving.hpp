// From what a transfer has put on the disk to files that are kept.
#pragma once

#include <parley/storage.hpp>

#include "checking.hpp"
#include "entities.hpp"
#include "house.hpp"
#include "settings.hpp"
#include "shown.hpp"

namespace attachments {

/// One file that has come whole.
struct arrived {
    std::string path;  ///< in the files folder
    std::string name;  ///< as the client says
    std::int64_t bytes = 0;
    sdk::id file{};  ///< what it is to be called; none: a new id
};

/// Whose and where.
struct destination {
    sdk::id conversation;
    sdk::id upload;  ///< whose reservation ends with it
    std::optional<sdk::id> version_of;
};

struct refused_file {
    std::string name;
    std::string code;
    std::string sentence;
};
BOOST_DESCRIBE_STRUCT(refused_file, (), (name, code, sentence))

struct taken_files {
    std::vector<shown_file> files;
    std::vector<refused_file> refused;
};
BOOST_DESCRIBE_STRUCT(taken_files, (), (files, refused))

class receiving {
public:
    receiving(house& in, checking& gates) : in_(in), gates_(gates) {}

    /// Each is judged, put away and, where nobody is to be asked and it is small, ready at once. Ends the reservation
    /// in any case. When none is taken: the error of the first.
    [[nodiscard]] sdk::task<taken_files> take(sdk::call, destination, std::vector<arrived>);

    /// Nothing came: the reservation ends, and what may be on the disk goes.
    [[nodiscard]] sdk::task<> forget(sdk::scope, sdk::id upload);

private:
    struct judged;
    [[nodiscard]] sdk::task<std::vector<judged>> judge(sdk::call, const destination&, std::vector<arrived>,
                                                       std::vector<refused_file>& refused);
    [[nodiscard]] sdk::task<> enter(sdk::call, const destination&, std::vector<judged>&);
    [[nodiscard]] sdk::task<> put_away(sdk::call, std::vector<judged>&);
    [[nodiscard]] sdk::task<> tell(sdk::call, std::vector<judged>&);

    house& in_;
    checking& gates_;
};

/// Who brings something where.
struct uploader_in {
    sdk::id tenant;
    sdk::id user;
    sdk::id conversation;
};
/// A file of theirs there that can have newer versions. Errors: not_found, conflict "file_not_ready".
[[nodiscard]] sdk::result<std::shared_ptr<file_row>> require_first_version(odb::database&, const uploader_in&,
                                                                           sdk::id file);

/// The upload's row and what it reserved; false when there was none any more.
bool end_reservation(odb::database&, sdk::id tenant, sdk::id upload);

/// Nobody's file is called so, and no two are.
[[nodiscard]] std::string incoming_path(sdk::id upload);

}  // namespace attachments
