<?php
declare(strict_types=1);

namespace Kontain\Runtime;

/** The function can not be loaded; the message says what to do. */
final class LoadFailed extends \RuntimeException
{
}
