// The last version of AEDAT, a container of its own. Inside this room only: read_aedat() comes here.
#pragma once

#include "data/events.h"

namespace spikeloom::data {

/// Length of "#!AER-DAT4.0\r\n", behind which the header lies.
inline constexpr std::uint64_t kAedat4Magic = 14;

/// docs.inivation.com, "AEDAT 4.0", and the schemas of dv-processing (ioheader, event, file_data_table):
///
///   u32 size, IOHeader {compression, dataTablePosition, infoNode}     infoNode is XML: streams, sensors
///   packets of i32 stream, i32 size, and so many bytes, packed:       up to the table at dataTablePosition
///     u32 size, EventPacket {elements: [i64 time, i16 x, i16 y, bool on]}, identifier "EVTS"
///
/// `options.signal` is the number of a stream, where several hold events. Times of day become times since the
/// first event. Frames, motion and triggers are passed over.
Result<void> read_aedat_4(const Bytes& bytes, const EventOptions& options, Events& events);

}  // namespace spikeloom::data
