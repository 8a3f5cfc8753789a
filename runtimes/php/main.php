<?php
// The entry point of the image: loads the function, then serves it in the way that the environment asks for.
declare(strict_types=1);

spl_autoload_register(static function (string $class): void {
    $file = __DIR__ . '/src/' . str_replace('\\', '/', substr($class, strlen('Kontain\\'))) . '.php';
    if (str_starts_with($class, 'Kontain\\') && is_file($file)) {
        require $file;
    }
});

exit(Kontain\Runtime\Main::run());
