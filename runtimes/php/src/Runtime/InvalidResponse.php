<?php
declare(strict_types=1);

namespace Kontain\Runtime;

/** The handler's result can not be sent as HTTP. */
final class InvalidResponse extends \RuntimeException
{
}
