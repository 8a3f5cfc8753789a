<?php
declare(strict_types=1);

namespace Kontain\Runtime;

/** PSR-7's uploaded file. */
final class UploadedFile
{
    private bool $moved = false;

    public function __construct(
        private readonly string $name,
        private readonly ?string $mediaType,
        private readonly string $content,
    ) {
    }

    public function getStream(): Body
    {
        $this->moved && throw new \RuntimeException('The uploaded file has been moved');
        return new Body($this->content);
    }

    public function moveTo(string $targetPath): void
    {
        $stream = $this->getStream();
        if (file_put_contents($targetPath, (string) $stream) === false) {
            throw new \RuntimeException("The uploaded file cannot be written to $targetPath");
        }
        $this->moved = true;
    }

    public function getSize(): int
    {
        return strlen($this->content);
    }

    /** UPLOAD_ERR_NO_FILE where none was chosen. */
    public function getError(): int
    {
        return $this->name === '' ? UPLOAD_ERR_NO_FILE : UPLOAD_ERR_OK;
    }

    public function getClientFilename(): string
    {
        return $this->name;
    }

    public function getClientMediaType(): ?string
    {
        return $this->mediaType;
    }
}
