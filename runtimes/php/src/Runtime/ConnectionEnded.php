<?php
declare(strict_types=1);

namespace Kontain\Runtime;

/** The peer is gone, or closed its side before what we were waiting for had come. */
final class ConnectionEnded extends \RuntimeException
{
}
