// Running a compiled network: Program -> Session -> recorders. Needs nothing but the standard library.
#pragma once

#include "spikeloom/driver.h"
#include "spikeloom/loaded_program.h"
#include "spikeloom/recorder.h"
#include "spikeloom/recorders.h"
#include "spikeloom/result.h"
#include "spikeloom/session.h"
